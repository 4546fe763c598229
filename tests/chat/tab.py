"""A browser's tab inside this process: it speaks ASGI to the whole application, cookies, Origin and routing included."""
import asyncio
import functools
import json

from channels.db import database_sync_to_async
from channels.layers import channel_layers
from django.conf import settings
from django.test import Client

import chat.consumers
import chat.hub
from config.asgi import application

PATIENCE = 5.0  # seconds a frame may take on a busy machine, where no promise names a shorter time


def live(story):
    """Decorator: runs an async test in a loop of its own, with a hub and a channel layer of its own."""
    @functools.wraps(story)
    def told(*args, **kwargs):
        asyncio.run(_tell(story, args, kwargs))

    return told


async def _tell(story, args, kwargs):
    channel_layers.backends.clear()
    hub = chat.hub.hub = chat.consumers.hub = chat.hub.Hub()
    try:
        await story(*args, **kwargs)
    finally:
        tasks = [*hub.tasks, *Tab.opened]
        Tab.opened.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def do(deed, *args, **kwargs):
    """Runs a deed of the models (or a request by a Client) in a thread, as a view would be."""
    return database_sync_to_async(deed, thread_sensitive=False)(*args, **kwargs)


def session(person):
    """A signed-in Client."""
    client = Client(headers={"accept": "application/json"})
    client.force_login(person)
    return client


class Tab:
    """One socket: `frames` are the texts given since the last look, `heard` all of them, `code` what closed it."""

    opened = []  # the tasks of the running test

    def __init__(self, client=None, path="/ws/", **headers):
        cookies = client.cookies.output(header="", sep=";").encode() if client else b""
        given = {"host": settings.PUBLIC_URL.partition("//")[2], "origin": settings.PUBLIC_URL, **headers}
        raw = [(name.encode(), value.encode("latin-1")) for name, value in given.items() if value is not None]
        self.scope = {
            "type": "websocket", "path": path, "raw_path": path.encode(), "query_string": b"", "subprotocols": [],
            "headers": [*raw, (b"cookie", cookies)], "client": ["127.0.0.1", 1], "server": ["127.0.0.1", 8000],
        }
        self.events, self.arrived = asyncio.Queue(), asyncio.Event()
        self.frames, self.heard, self.accepted, self.code = [], [], False, None

    async def open(self):
        """Connects; returns itself once the server closed, or said hello and looked at the rooms new to this process."""
        known = set(chat.hub.hub.seen)
        self.events.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(application(self.scope, self.events.get, self._take))
        self.opened.append(self.task)
        await self.until(lambda: self.code or self.frames)
        new = {row["room"] for hello in self.got("hello") for row in hello["rooms"]} - known
        await self.until(lambda: self.code or new <= {frame["room"] for frame in self.got("count")})
        self.frames.clear()
        return self

    async def _take(self, event):
        assert self.code is None, f"sent after the close: {event}"
        if event["type"] == "websocket.send":
            event["text"].encode()  # a server must put it on the line as UTF-8
            self.frames.append(event["text"])
            self.heard.append(event["text"])
        elif event["type"] == "websocket.close":
            self.code = event.get("code", 1000)
        else:
            self.accepted = True
        self.arrived.set()

    def send(self, _text=None, **frame):
        """Sends a frame, or any text."""
        self.events.put_nowait({"type": "websocket.receive", "text": json.dumps(frame) if _text is None else _text})

    def close(self):
        """The browser goes away."""
        self.events.put_nowait({"type": "websocket.disconnect", "code": 1001})

    async def until(self, true, patience=PATIENCE):
        """Waits until something holds of what came; TimeoutError otherwise."""
        async with asyncio.timeout(patience):
            while not (value := true()):
                self.arrived.clear()
                await self.arrived.wait()
        return value

    def got(self, t, **fields):
        """The frames of this kind with these fields that came so far."""
        read = [json.loads(text) for text in self.frames]
        return [frame for frame in read if frame["t"] == t and fields.items() <= frame.items()]

    async def next(self, t, patience=PATIENCE, **fields):
        """The first frame of this kind with these fields, waited for; all frames up to now are then forgotten."""
        [frame, *_more] = await self.until(lambda: self.got(t, **fields), patience)
        self.frames.clear()
        return frame

    async def ask(self, answer, _patience=PATIENCE, **frame):
        """Sends a frame and returns its answer of the kind `answer`."""
        self.send(**frame)
        return await self.next(answer)

    async def settled(self):
        """Waits until every frame sent so far was dealt with: the refusal of a last, senseless one says so."""
        self.send(t="", id="settled")
        await self.until(lambda: self.got("refused", id="settled"))
        self.frames = [text for text in self.frames if '"settled"' not in text]
