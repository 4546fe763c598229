"""How bytes leave for one tab. Everything else writes through here, so that a faster or stricter writer has one place.

ASGI's `send` says neither how much still waits to go out nor takes a frame made before. Under Daphne the connection
itself is within reach, by its public interfaces: autobahn's prepared messages and Twisted's producers.
"""
import asyncio
from collections import deque
from functools import cached_property

from daphne.ws_protocol import WebSocketProtocol

LINE = 32, 256 * 1024  # frames, and characters, of one tab that wait to be answered; above it the tab is not read
PATIENCE = 512 * 1024  # bytes written to a reader who never once caught up meanwhile; then the connection is cut


class Frame:
    """One frame's text for many tabs: turned into bytes once."""

    def __init__(self, text):
        self.text = text

    @cached_property
    def payload(self):
        """The text as bytes."""
        return self.text.encode()

    def prepared(self, factory):
        """The bytes as they go over the wire, header and all, made by autobahn once."""
        if "message" not in self.__dict__:
            self.message = factory.prepareMessage(self.payload, isBinary=False)
        return self.message


class Wire:
    """Any ASGI server: one event per frame, and no idea how fast the reader reads."""

    def __init__(self, send):
        self.send = send

    async def put(self, frame):
        """Hands a Frame to the server; raises whatever the server raises for a connection that is gone."""
        await self.send({"type": "websocket.send", "text": frame.text})

    async def heard(self, receive):
        """The next event from the tab."""
        return await receive()

    async def end(self, code):
        """Closes with a code of ours."""
        await self.send({"type": "websocket.close", "code": code})


class DaphneWire(Wire):
    """Daphne: prepared frames, and a tab that does not read is cut off rather than remembered. It resumes by its cursor."""

    def __init__(self, send, protocol):
        super().__init__(send)
        self.protocol, self.waiting = protocol, None  # bytes since the reader fell behind; None while it keeps up
        self.line, self.deaf = deque(), False  # how long each frame is that waits to be answered
        self.arriving, protocol.application_queue = protocol.application_queue, self  # what comes in passes by here
        protocol.transport.unregisterProducer()  # the HTTP request that this connection was before its upgrade
        protocol.transport.registerProducer(self, True)

    async def put(self, frame):
        """Writes at once if the reader keeps up; counts what waits if not, and cuts the connection above PATIENCE."""
        if self.waiting is not None:
            self.waiting += len(frame.payload)
            if self.waiting > PATIENCE:
                self.protocol.transport.abortConnection()
                raise ConnectionAbortedError("a reader that does not read")
        if self.protocol.state != self.protocol.STATE_OPEN:
            raise ConnectionResetError("closing")
        self.protocol.sendPreparedMessage(frame.prepared(self.protocol.factory))

    def put_nowait(self, event):
        """Daphne's: something has come. Whoever sends faster than we answer is not read until the line is short again."""
        self.arriving.put_nowait(event)
        self.line.append(len(event.get("text") or event.get("bytes") or ""))
        frames, characters = LINE
        if not self.deaf and self.protocol.state == self.protocol.STATE_OPEN and (
            len(self.line) > frames or sum(self.line) > characters
        ):
            self.protocol.transport.pauseProducing()
            self.deaf = True

    async def heard(self, receive):
        """The next event from the tab. Others have their turn before it: a line that is never empty never waits."""
        await asyncio.sleep(0)
        event = await receive()
        if self.line:
            self.line.popleft()
        frames, characters = LINE
        if self.deaf and len(self.line) <= frames / 2 and sum(self.line) <= characters / 2:
            self._listen()
        return event

    def _listen(self):
        self.protocol.transport.resumeProducing()
        self.deaf = False

    async def end(self, code):
        """Closes with a code of ours; the last bytes go out without anybody who would be asked for more."""
        if self.deaf:
            self._listen()  # the other side's farewell is worth hearing
        self.protocol.transport.unregisterProducer()
        await super().end(code)

    # -- what Twisted tells a producer ----------------------------------------------------------------------------------

    def pauseProducing(self):
        """More than 64 KiB wait; said again at every write until they have gone."""
        if self.waiting is None:
            self.waiting = 0

    def resumeProducing(self):
        """All of it has gone."""
        self.waiting = None

    def stopProducing(self):
        """The connection is gone; the server tells us by the disconnect event."""


def wire(send):
    """The best Wire for an ASGI `send`: Daphne hands over a partial whose argument is the connection."""
    [protocol] = getattr(send, "args", ()) or [None]
    return DaphneWire(send, protocol) if isinstance(protocol, WebSocketProtocol) else Wire(send)
