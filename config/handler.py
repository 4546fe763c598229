"""HTTP: Django's handler, with everything of a request that may wait in one thread of a few."""
import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import close_old_connections
from django.http import FileResponse
from django.urls import set_script_prefix


class Handler(ASGIHandler):
    """Django's makes a thread for each request, and goes there and back for every synchronous piece of middleware.

    No view of ours is asynchronous: here a request goes to a thread once, is answered there from the first signal to the
    last, and comes back to be sent. As many are answered at once as the database has connections; others stand in line.
    """

    def __init__(self):
        self.load_middleware(is_async=False)
        self.threads = ThreadPoolExecutor(settings.REQUESTS_AT_ONCE, "request")

    async def handle(self, scope, receive, send):
        """Answers one request."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        response = await self.answered(scope, body, receive)
        if response is None:
            return
        try:
            await self.send_response(response, send)
        finally:
            if response.streaming:  # closed now; what holds no file was closed in its thread
                self.threads.submit(response.close)

    async def answered(self, scope, body, receive):
        """The response; None when the client has gone away.

        Whose turn has not come is never served then. A chain that has begun cannot be stopped: it keeps its thread to the
        end, so that a crowd of reloads does not pile up at the database, and nobody waits for it here.
        """
        work = self.threads.submit(copy_context().run, self.answer, scope, body)
        answer, gone = asyncio.wrap_future(work), asyncio.ensure_future(receive())
        try:
            await asyncio.wait((answer, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            if not answer.done():
                body.close() if work.cancel() else work.add_done_callback(unsent)
        return answer.result() if answer.done() else None

    def answer(self, scope, body):
        """Django's road from the first signal to the last, in one go."""
        with body:
            response = self.response_to(scope, body)
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size  # read as much at once as is sent at once
        if response.streaming:
            close_old_connections()  # back to the pool: sending may take a while
        else:
            response.close()
        return response

    def response_to(self, scope, body):
        """What the chain says, or why the request could not be read."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, response = self.create_request(scope, body)
        if request is not None:
            response = self.get_response(request)
            response._handler_class = self.__class__  # what the last signal names as its sender
        return response


def unsent(work):
    """Closes what was made for somebody who has gone."""
    response = work.result()
    if response.streaming:
        response.close()
