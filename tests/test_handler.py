"""How a request goes through its thread: once, in turn, and not for nobody."""
import asyncio
import threading

import pytest
from django.core.signals import request_finished
from django.http import FileResponse, HttpResponse
from django.utils import translation

from config.handler import Handler

SCOPE = {
    "type": "http", "method": "GET", "path": "/", "root_path": "", "scheme": "http", "query_string": b"", "headers": [],
    "client": ["127.0.0.1", 1], "server": ["127.0.0.1", 80], "http_version": "1.1",
}


class Client:
    """One connection: asks, may go away, and keeps what it was sent."""

    def __init__(self, handler, path="/"):
        self.handler, self.scope = handler, {**SCOPE, "path": path, "raw_path": path.encode()}
        self.inbox, self.sent = asyncio.Queue(), []
        self.inbox.put_nowait({"type": "http.request", "body": b"", "more_body": False})

    def ask(self):
        """Begins; the task ends with the last byte."""
        return asyncio.create_task(self.handler(self.scope, self.inbox.get, self.send))

    async def send(self, message):
        """As the server takes it."""
        self.sent.append(message)

    def leave(self):
        """Goes away."""
        self.inbox.put_nowait({"type": "http.disconnect"})

    @property
    def body(self):
        """What came."""
        return b"".join(message.get("body", b"") for message in self.sent)


@pytest.fixture
def handler(monkeypatch, settings):
    """A handler with one thread, whose chain is the test's own function `handler.chain(request)`."""
    settings.REQUESTS_AT_ONCE = 1
    made = Handler()
    monkeypatch.setattr(made, "get_response", lambda request: made.chain(request))
    yield made
    made.threads.shutdown()


async def until(true):
    """Waits for something to hold."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


def test_who_leaves_the_line_is_never_served_and_who_is_being_served_keeps_the_place(handler):
    begun, go = [], threading.Event()

    def chain(request):
        begun.append(request.path)
        go.wait(10)
        return HttpResponse(request.path)

    async def scene():
        handler.chain = chain
        clients = [Client(handler, path) for path in ("/first", "/second", "/third")]
        tasks = [client.ask() for client in clients]
        await until(lambda: begun)
        clients[0].leave()
        clients[1].leave()
        await asyncio.wait_for(asyncio.gather(*tasks[:2]), 10)  # gone at once: nobody waits for the first's thread
        await asyncio.sleep(0.1)
        assert begun == ["/first"] and not tasks[2].done()
        go.set()
        await tasks[2]
        return clients

    clients = asyncio.run(scene())
    assert begun == ["/first", "/third"]
    assert clients[2].body == b"/third" and not clients[0].sent and not clients[1].sent


def test_what_was_made_for_somebody_who_has_gone_is_closed_and_their_words_stay_readable(handler, tmp_path):
    begun, go, read, files = threading.Event(), threading.Event(), [], []

    def chain(request):
        begun.set()
        go.wait(10)
        read.append(request.POST["word"])
        files.append((tmp_path / "file").open("wb+"))
        return FileResponse(files[-1])

    async def scene():
        handler.chain = chain
        client = Client(handler)
        client.scope |= {"method": "POST", "headers": [(b"content-type", b"application/x-www-form-urlencoded")]}
        client.inbox.get_nowait()
        client.inbox.put_nowait({"type": "http.request", "body": b"word=x", "more_body": False})
        task = client.ask()
        await until(begun.is_set)
        for _ in range(3):  # a server that gives up on a request says so once a second
            task.cancel()
            await asyncio.sleep(0.02)
        assert task.cancelled()
        go.set()
        await until(lambda: files and files[0].closed)

    asyncio.run(scene())
    assert read == ["x"]


def test_the_whole_request_is_in_one_thread_and_leaves_nothing_behind(handler):
    threads, languages = set(), []

    def finished(**kwargs):
        threads.add(threading.current_thread())

    def chain(request):
        threads.add(threading.current_thread())
        languages.append(translation.get_language())
        translation.activate("en")
        return HttpResponse()

    async def scene():
        handler.chain = chain
        for _ in range(2):
            await Client(handler).ask()

    request_finished.connect(finished)
    try:
        asyncio.run(scene())
    finally:
        request_finished.disconnect(finished)
    assert len(threads) == 1 and threading.main_thread() not in threads
    assert languages == ["ja", "ja"]


def test_a_file_is_sent_whole_and_closed(handler, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * 200_000)
    files = []

    def chain(request):
        files.append(path.open("rb"))
        return FileResponse(files[-1])

    async def scene():
        handler.chain = chain
        client = Client(handler)
        await client.ask()
        await until(lambda: files[0].closed)
        return client

    client = asyncio.run(scene())
    assert client.body == path.read_bytes()
    assert len(client.sent) < 10  # in pieces worth sending
