"""Those who only listen: somebody who belongs to no room, and an ear on what the processes say to each other."""
import asyncio
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from .clients import GONE, names, open_socket


class Outsider:
    """Somebody signed in who belongs to none of the rooms; asks for each, keeps every byte."""

    def __init__(self, house):
        self.house, self.bytes, self.refusals = house, "", set()
        self.session = house.cast["sessions"][str(house.cast["outsider"])]

    async def stay(self):
        """Listens as long as the task lives, asking for every room each time it comes in."""
        while True:
            try:
                async with open_socket(self.house.daphnes[-1], self.session) as socket:
                    for room in self.house.cast["rooms"]:
                        await socket.send(json.dumps({"t": "watch", "room": int(room), "change": 0}))
                        await socket.send(json.dumps({"t": "typing", "room": int(room)}))
                        await socket.send(json.dumps({"t": "read", "room": int(room), "number": 1}))
                    async for text in socket:
                        self.bytes += text
                        self.take(json.loads(text))
            except GONE:
                await asyncio.sleep(0.2)

    def take(self, frame):
        """Notes refusals; any other word about one of the rooms is a fault."""
        if frame["t"] == "gone":
            self.refusals.add(frame["room"])
        assert not [room for room in self.house.cast["rooms"] if names(frame, int(room))], frame


class Ear:
    """Hears what travels between the processes, who it is for and what it says; keeps what has a canary in it.

    With Redis every command it is given, cache and worker included; in memory what tests/asgi.py copies of the layer.
    """

    def __init__(self, house, canaries):
        self.house, self.canaries = house, canaries
        self.heard, self.bytes, self.ready = 0, "", asyncio.Event()

    async def stay(self):
        """Listens to Redis as long as the task lives."""
        self.ready.clear()
        if not self.house.environment.get("REDIS_URL"):
            self.ready.set()
            return
        address = urlsplit(self.house.environment["REDIS_URL"])
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**20)
        writer.write(b"MONITOR\r\n")
        await reader.readline()
        self.ready.set()
        while line := await reader.readline():
            self.take(line.decode("latin-1").encode("ascii", "backslashreplace").decode("unicode_escape"))

    def take(self, text):
        """One line, its bytes as Latin-1 or its letters as they are."""
        plain = text.encode("latin-1", "ignore").decode("utf-8", "ignore") + text
        self.heard += "room" in plain and ("PUBLISH" in plain or "type" in plain)
        if any(canary in plain for canary in self.canaries):
            self.bytes += plain

    def collect(self):
        """Once the processes are dead: takes what the layer in memory left."""
        path = Path(self.house.environment.get("ENGAWA_HEARD", os.devnull))
        for line in path.read_text(errors="replace").splitlines() if path.exists() else ():
            self.take(line)
