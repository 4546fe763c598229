"""The yardstick without an application: on uvloop, one frame made once and written to every socket. Stores nothing.

    python -m tests.bench.bare_uvloop PORT
"""
import asyncio
import base64
import hashlib
import sys

import uvloop

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
clients = set()


def frame(payload):
    """A text frame, unmasked (RFC 6455, 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


class Client(asyncio.Protocol):
    """One socket: whatever text it sends goes to all."""

    def connection_made(self, transport):
        self.transport, self.buffer, self.open = transport, b"", False

    def connection_lost(self, error):
        clients.discard(self.transport)

    def data_received(self, data):
        self.buffer += data
        if not self.open:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            self.welcome(head)
            self.buffer = rest
        while self.take():
            pass

    def welcome(self, head):
        """Answers the opening handshake."""
        lines = [line.split(b":", 1) for line in head.split(b"\r\n")[1:]]
        key = next(value.strip() for name, value in lines if name.lower() == b"sec-websocket-key")
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self.open = True
        clients.add(self.transport)

    def take(self):
        """Takes one whole frame from the buffer, if there is one."""
        buffer = self.buffer
        if len(buffer) < 6:
            return False
        size, offset = buffer[1] & 127, 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size, offset = int.from_bytes(buffer[2 : 2 + width], "big"), 2 + width
        end = offset + 4 + size
        if len(buffer) < end:
            return False
        self.buffer = buffer[end:]
        if buffer[0] & 15 == 8:
            self.transport.close()
        elif buffer[0] & 15 == 1:
            mask = int.from_bytes((buffer[offset : offset + 4] * (size // 4 + 1))[:size], "little")
            words = int.from_bytes(buffer[offset + 4 : end], "little") ^ mask
            out = frame(words.to_bytes(size, "little"))
            for transport in clients:
                transport.write(out)
        return True


async def main(port):
    """Serves until it is stopped."""
    server = await asyncio.get_running_loop().create_server(Client, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
