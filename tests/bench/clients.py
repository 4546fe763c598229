"""The clients: compiled, so that the load costs less than what it loads."""
import asyncio
import json
import re
import uuid

from picows import WSListener, WSMsgType, ws_connect

AT_ONCE = 25  # openings on their way


def listener(heard):
    """A listener class that gives every text frame's bytes to `heard(client, payload)`."""

    class Client(WSListener):
        """One socket."""

        def on_ws_connected(self, transport):
            self.transport = transport

        def on_ws_frame(self, transport, frame):
            if frame.msg_type == WSMsgType.TEXT:
                heard(self, frame.get_payload_as_bytes())
            elif frame.msg_type == WSMsgType.PING:
                transport.send_pong(frame.get_payload_as_bytes())

    return Client


async def connect(number, open_one):
    """`number` sockets by `open_one(index)`, some at a time; returns the listeners."""
    clients = []
    for start in range(0, number, AT_ONCE):
        pairs = await asyncio.gather(*(open_one(index) for index in range(start, min(number, start + AT_ONCE))))
        clients += [client for _transport, client in pairs]
    return clients


class Tabs:
    """Tabs of Engawa, all watching one room. The recorder, if there is one, gets what the room is told."""

    def __init__(self, room, sessions, recorder):
        self.room, self.sessions, self.recorder = room, sessions, recorder
        self.clients, self.watching, self.refusals = [], 0, []

    async def open(self, daphne, number, watch=True):
        """Opens tabs at a Daphne, of these people in turn; returns once the room is open in each."""
        kind = listener(self.heard)

        def one(index):
            cookie = f"engawa_session={self.sessions[index % len(self.sessions)]}"
            headers = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{daphne.port}"}
            return ws_connect(kind, f"ws://127.0.0.1:{daphne.port}/ws/", extra_headers=headers)

        opened = await connect(number, one)
        self.clients += opened
        if watch:
            wanted = self.watching + number
            for client in opened:
                self.say(client, t="watch", room=self.room)
            async with asyncio.timeout(300):
                while self.watching < wanted:
                    await asyncio.sleep(0.05)

    def heard(self, _client, payload):
        """A frame has come: markup of the room, or a word about this tab."""
        if re.match(rb'\{"t": ?"change"', payload):
            if self.recorder:
                self.recorder.arrived(payload)
        elif re.match(rb'\{"t": ?"watching"', payload):
            self.watching += 1
        elif re.match(rb'\{"t": ?"(refused|gone)"', payload):
            self.refusals.append(payload)

    @staticmethod
    def say(client, **frame):
        """Sends one frame."""
        client.transport.send(WSMsgType.TEXT, json.dumps(frame, ensure_ascii=False).encode())

    def post(self, sender, body):
        """Posts as the browser does: words under an id of the browser's own."""
        self.say(self.clients[sender], t="post", room=self.room, id=str(uuid.uuid4()), body=body)

    async def close(self):
        """Closes every tab."""
        for client in self.clients:
            client.transport.disconnect(False)
        await asyncio.sleep(0.2)
        self.clients.clear()
