"""A crowd that reloads and goes away: what nobody waits for any more neither holds connections nor keeps others waiting."""
import asyncio
import socket
import time
from pathlib import Path

from ..server import house
from .clients import ask

CROWD = 120
SOON = 20  # seconds in which the next person is served, on a busy machine


def rude(daphne, session, path, patience):
    """Asks for a page and goes away before it comes."""
    with socket.create_connection(("127.0.0.1", daphne.port)) as connection:
        connection.sendall((
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{daphne.port}\r\nCookie: engawa_session={session}\r\nAccept: text/html\r\n\r\n"
        ).encode())
        time.sleep(patience)


def test_the_next_person_is_served_after_a_crowd_that_went_away():
    with house(people=4) as made:
        daphne, [room, *_] = made.daphnes[0], made.cast["rooms"]
        session = next(iter(made.cast["sessions"].values()))
        asyncio.run(daphne.start())
        path = f"/chat/rooms/{room}/"
        assert ask(daphne, session, "GET", path)[0] == 200
        for number in range(CROWD):
            rude(daphne, session, path, number % 12 * 0.002)
        time.sleep(12)  # Daphne gives up on a request ten seconds after its client has gone
        began = time.monotonic()
        assert ask(daphne, session, "GET", path)[0] == 200
        assert time.monotonic() - began < SOON
        assert not [line for line in made.complaints() if "PoolTimeout" in line]
        assert len([*Path(f"/proc/{daphne.process.pid}/task").iterdir()]) < CROWD / 2, "threads that wait for nobody"
