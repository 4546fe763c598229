"""Clients that keep the page's rules over real sockets, and write down what they saw."""
import asyncio
import http.client
import json
import re
import time
import uuid
from urllib.parse import urlencode

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

TOKEN = "k" * 32  # a CSRF secret as good as any: cookie and header must agree
UNANSWERED = 4  # seconds
GONE = (OSError, WebSocketException, http.client.HTTPException, TimeoutError)
CLIENT = re.compile(r'data-client="([0-9a-f-]{36})"')


def new_id():
    """A client id as a browser makes it."""
    return str(uuid.uuid4())


def ask(daphne, session, method, path, fields=None):
    """One HTTP request with a session's cookie; returns (status, body text). Raises one of GONE."""
    connection = http.client.HTTPConnection("127.0.0.1", daphne.port, timeout=20)
    headers = {
        "Cookie": f"engawa_session={session}; engawa_csrf={TOKEN}", "X-CSRFToken": TOKEN,
        "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded",
    }
    try:
        connection.request(method, path, body=urlencode(fields) if fields is not None else None, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def open_socket(daphne, session):
    """A socket as a tab opens it; use with `async with`."""
    return connect(
        f"ws://127.0.0.1:{daphne.port}/ws/", origin=daphne.origin, proxy=None, compression=None, max_size=None,
        ping_interval=None, additional_headers={"Cookie": f"engawa_session={session}"}, open_timeout=20, close_timeout=1,
    )


def arrivals(items):
    """`[[number, client id], …]` of a frame's items."""
    return [[number, CLIENT.search(html).group(1)] for number, html in items]


class Tab:
    """One tab of one person, showing one room, that never forgets what it has not seen acknowledged.

    `log` is what it was shown, in order of arrival; `live` counts what came by frames rather than by fetching.
    """

    def __init__(self, house, person, room, chance):
        self.house, self.person, self.room, self.chance = house, person, room, chance
        self.session = house.cast["sessions"][str(person)]
        self.cursor = self.live = 0
        self.log, self.sent, self.waiting, self.acknowledged = [], {}, {}, []
        self.offered = {}  # client id → when it was last sent
        self.socket, self.daphne, self.gone = None, None, False

    # -- connection ----------------------------------------------------------------------------------------------

    async def stay(self):
        """Connects, again and again, until the room is gone or the task is cancelled."""
        while not self.gone:
            self.daphne = self.chance.choice(self.house.daphnes)
            try:
                async with open_socket(self.daphne, self.session) as socket:
                    await socket.send(json.dumps({"t": "watch", "room": self.room, "change": self.cursor}))
                    async for text in socket:
                        await self.take(json.loads(text), socket)
                        if self.gone:
                            break
            except GONE:
                pass
            self.socket = None
            await asyncio.sleep(0.05 + self.chance.random() / 10)

    async def move(self):
        """Closes the connection, as a laptop's lid does; the next one may be to another process."""
        if self.socket:
            await self.socket.close()

    async def take(self, frame, socket):
        """Does what the page does with a frame."""
        kind, mine = frame["t"], frame.get("room") == self.room
        if kind == "watching" and mine:
            await self.reach(frame["upto"])
            self.socket = socket
            for client_id in list(self.waiting):
                if client_id in self.waiting:
                    await self.offer(client_id)
        elif kind == "change" and mine:
            if frame["since"] <= self.cursor:
                self.live += self.show(frame["items"])
                self.cursor = max(self.cursor, frame["upto"])
            else:
                await self.reach(frame["upto"])
        elif kind == "posted":
            self.hear(frame)
        elif kind == "refused":
            self.refused(frame)
        elif kind == "beat" and str(self.room) in frame["rooms"]:
            await self.reach(frame["rooms"][str(self.room)][1])
        elif kind == "gone" and mine:
            self.gone = True

    # -- reading ---------------------------------------------------------------------------------------------------

    async def reach(self, upto):
        """Fetches until the cursor is at `upto` or beyond."""
        while self.cursor < upto and not self.gone:
            path = f"/chat/rooms/{self.room}/changes/?after={self.cursor}"
            status, text = await asyncio.to_thread(ask, self.daphne, self.session, "GET", path)
            if status != 200:
                self.gone = self.gone or status == 404
                raise TimeoutError(f"{path}: {status}")
            answer = json.loads(text)
            self.show(answer["items"])
            self.cursor = max(self.cursor, answer["upto"])

    def show(self, items):
        """Puts elements in their places; only what was not there is an arrival. Returns how many were."""
        known = {tuple(entry) for entry in self.log}
        new = [entry for entry in arrivals(items) if tuple(entry) not in known]
        self.log += new
        return len(new)

    # -- writing ---------------------------------------------------------------------------------------------------

    async def post(self, body):
        """Writes one message with a fresh client id; a socket that is away keeps it for later."""
        client_id = new_id()
        self.sent[client_id] = self.waiting[client_id] = body
        await self.offer(client_id)

    async def offer(self, client_id):
        """Sends or sends again one message that is not acknowledged: mostly by socket, sometimes by HTTP, sometimes twice."""
        body, self.offered[client_id] = self.waiting[client_id], time.monotonic()
        frame = json.dumps({"t": "post", "room": self.room, "id": client_id, "body": body})
        try:
            if self.socket and self.chance.random() < 0.9:
                for _ in range(1 + (self.chance.random() < 0.1)):
                    await self.socket.send(frame)
            elif self.socket:
                await self.offer_by_http(client_id, body)
        except GONE:
            pass

    async def offer_by_http(self, client_id, body):
        """The other door."""
        path, fields = f"/chat/rooms/{self.room}/messages/", {"id": client_id, "body": body}
        status, text = await asyncio.to_thread(ask, self.daphne, self.session, "POST", path, fields)
        if status == 201:
            self.hear(json.loads(text))

    def hear(self, answer):
        """Notes an acknowledgement."""
        self.acknowledged.append({"client_id": answer["id"], "room": answer["room"], "number": answer["number"]})
        self.waiting.pop(answer["id"], None)

    def refused(self, frame):
        """`busy` is tried again later; `gone` means the words stay with their writer; anything else is a fault."""
        assert frame["why"] in ("busy", "gone"), frame
        if frame["why"] == "gone":
            self.gone = True

    async def again(self):
        """Offers again what has gone unanswered for a while: refused as `busy`, or its answer lost by the other door."""
        for client_id in list(self.waiting):
            if client_id in self.waiting and time.monotonic() - self.offered[client_id] > UNANSWERED:
                await self.offer(client_id)

    async def settle(self):
        """Offers what is not acknowledged until nothing is left, then catches up."""
        while self.waiting and not self.gone:
            await self.again()
            await asyncio.sleep(0.2)
        while not self.gone:
            try:
                status, text = await asyncio.to_thread(
                    ask, self.daphne, self.session, "GET", f"/chat/rooms/{self.room}/changes/?after={self.cursor}"
                )
                if status == 200:
                    return await self.reach(json.loads(text)["upto"])
            except GONE:
                pass
            await asyncio.sleep(0.2)


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
        rooms = {int(room) for room in self.house.cast["rooms"]}
        if frame["t"] == "gone":
            self.refusals.add(frame["room"])
        else:
            named = {frame.get("room")} | {int(room) for room in (frame["rooms"] if frame["t"] == "beat" else ())}
            assert not named & rooms, frame
