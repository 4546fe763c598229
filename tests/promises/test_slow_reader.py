"""A reader that does not read is cut off, costs a bounded amount of memory, and holds up nobody (promise 14)."""
import asyncio
import base64
import contextlib
import json
import secrets
import socket
from pathlib import Path

from ..server import house
from .clients import ask, new_id, open_socket

WORDS = "長い知らせ。" * 3_600  # some 64 KB as UTF-8
ENOUGH = 6 * 1024 * 1024  # bytes said: far beyond what the kernel and we are ready to keep, and over before a ping times out
KEPT_MIB = 24  # what the process may grow by, the markups it keeps included


def masked(text):
    """A client's short text frame (RFC 6455, 5.2) with a mask of zeroes."""
    payload = text.encode()
    assert len(payload) < 126
    return bytes((0x81, 0x80 | len(payload))) + bytes(4) + payload


def deaf(daphne, session, room):
    """A tab that watches a room and never reads: a plain socket with the smallest window the kernel gives."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.settimeout(20)
    connection.connect(("127.0.0.1", daphne.port))
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    connection.sendall((
        f"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1:{daphne.port}\r\nOrigin: {daphne.origin}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nCookie: engawa_session={session}\r\n\r\n"
    ).encode())
    while b'"t":"hello"' not in (said := connection.recv(4096)):
        assert said, "closed before hello"
    connection.sendall(masked(json.dumps({"t": "watch", "room": room})))
    while b'"t":"watching"' not in (said := connection.recv(4096)):
        assert said, "closed before watching"
    return connection


def resident_mib(process):
    """What the process holds in memory."""
    [line] = [line for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


async def answer(tab, kind, **frame):
    """Sends a frame and waits for the answer of that kind, past whatever else comes."""
    await tab.send(json.dumps(frame))
    while (heard := json.loads(await tab.recv()))["t"] != kind:
        assert heard["t"] != "refused", heard
    return heard


async def items_of(frame, cursor, daphne, session):
    """What a change frame brings to somebody at `cursor`: its items, or what it bids them fetch."""
    items = frame["items"]
    if frame["since"] > cursor:  # too much for one frame, on a busy machine
        items = []
        while cursor < frame["upto"]:
            path = f"/chat/rooms/{frame['room']}/changes/?after={cursor}"
            page = json.loads((await asyncio.to_thread(ask, daphne, session, "GET", path))[1])
            items, cursor = items + page["items"], page["upto"]
    return items, max(cursor, frame["upto"])


async def tell(daphne, room, writer, reader):
    """Says far too much for somebody who does not read; returns the numbers an ordinary reader was shown, as they came.

    What was fetched may hold more than the frame that bade it, and the next frame then brings it again: the page knows a
    message by its number, and so does this reader.
    """
    numbers = []
    async with open_socket(daphne, writer) as author, open_socket(daphne, reader) as other:
        cursor = (await answer(other, "watching", t="watch", room=room))["upto"]

        async def read(cursor):
            async for text in other:
                if (frame := json.loads(text))["t"] == "change":
                    items, cursor = await items_of(frame, cursor, daphne, reader)
                    numbers.extend(number for number, _html in items if number not in numbers)

        reading = asyncio.create_task(read(cursor))
        said = 0
        while said < ENOUGH:
            last = await answer(author, "posted", t="post", room=room, id=new_id(), body=WORDS)
            said += len(last["html"].encode())
        async with asyncio.timeout(20):
            while not numbers or numbers[-1] < last["number"]:
                await asyncio.sleep(0.05)
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
    return numbers


def test_a_deaf_tab_is_cut_off_and_harms_nobody():
    with house(people=4) as made:
        daphne, [room, *_] = made.daphnes[0], map(int, made.cast["rooms"])
        writer, reader, *others = (made.cast["sessions"][str(person)] for person in made.cast["rooms"][str(room)])

        async def story():
            await daphne.start()
            await tell(daphne, room, writer, reader)  # what is loaded once is there now
            before = resident_mib(daphne.process)
            tabs = [deaf(daphne, others[number % 2], room) for number in range(8)]
            numbers = await tell(daphne, room, writer, reader)
            return tabs, resident_mib(daphne.process) - before, numbers

        tabs, grown, numbers = asyncio.run(story())
        assert numbers == list(range(numbers[0], numbers[-1] + 1)), "the others' order"
        assert grown < KEPT_MIB, f"{grown:.0f} MiB"
        for tab in tabs:
            with contextlib.closing(tab):
                heard = 0
                with contextlib.suppress(ConnectionResetError):
                    while said := tab.recv(1 << 20):
                        heard += len(said)
                assert heard < ENOUGH / 2, "cut off long before the end"
