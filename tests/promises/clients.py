"""Clients that keep the page's rules over real sockets, and write down what they saw."""
import asyncio
import html
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
CHANGE = re.compile(r'data-change="(\d+)"')
TAG = re.compile("<[^>]*>")
WORDS = re.compile(r'<div class="msg-body">(.*?)</div>', re.DOTALL)
LIMIT = 2  # seconds within which somebody who lost a room or a session is told nothing more


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


def elements(items):
    """`(number, client id, change, words)` of each of a frame's items; no words where they were withdrawn."""
    for number, markup in items:
        words = WORDS.search(markup)
        yield number, CLIENT.search(markup)[1], int(CHANGE.search(markup)[1]), html.unescape(TAG.sub("", words[1])) if words else ""


def remove(daphne, session, room, person):
    """A keeper takes somebody out of a room; returns the status. Raises one of GONE."""
    return ask(daphne, session, "POST", f"/chat/rooms/{room}/people/{person}/removal/", {})[0]


def names(frame, room):
    """Whether a frame tells anything of a room, beyond that it is gone."""
    listed = frame.get("rooms", ())
    rooms = {int(room) for room in listed} if isinstance(listed, dict) else {row["room"] for row in listed}
    return frame["t"] != "gone" and (frame.get("room") == room or room in rooms)


class Tab:
    """One tab of one person, showing one room, that never forgets what it has not seen acknowledged.

    `log` is what it was shown, in order of arrival; `live` counts what came by frames rather than by fetching;
    `shown` is how each message looks to it at last; `afterwards` what it was told of a room that was no longer theirs.
    """

    def __init__(self, house, person, room, chance, session=None, daphne=None):
        self.house, self.person, self.room, self.chance, self.always = house, person, room, chance, daphne
        self.session = session or house.cast["sessions"][str(person)]
        self.cursor = self.live = self.marked = 0
        self.log, self.shown, self.afterwards = [], {}, []
        self.sent, self.waiting, self.acknowledged, self.refusals, self.altered = {}, {}, [], [], {}
        self.offered = {}  # client id → when it was last sent
        self.socket, self.daphne, self.gone = None, None, False
        self.stays, self.deadline = False, float("inf")  # a tab that is to lose its room goes on listening
        self.parted = False  # its session was ended

    # -- connection ----------------------------------------------------------------------------------------------

    async def stay(self):
        """Connects, again and again, until the room is gone or the task is cancelled."""
        while not self.gone or self.stays:
            self.daphne = self.always or self.chance.choice(self.house.daphnes)
            try:
                async with open_socket(self.daphne, self.session) as socket:
                    await socket.send(json.dumps({"t": "watch", "room": self.room, "change": self.cursor}))
                    async for text in socket:
                        await self.take(json.loads(text), socket)
                        if self.gone and not self.stays:
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
        if (self.gone or time.monotonic() > self.deadline) and names(frame, self.room):
            self.afterwards.append(frame)
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
        known, before = {tuple(entry) for entry in self.log}, len(self.log)
        for number, client_id, change, words in elements(items):
            if (number, client_id) not in known:
                self.log.append([number, client_id])
            if change >= self.shown.get(number, (0, ""))[0]:
                self.shown[number] = change, words
        return len(self.log) - before

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

    async def alter(self, client_id, body):
        """Puts other words in place of one's own acknowledged ones, or takes them back (""), until a server has said yes."""
        [number] = {answer["number"] for answer in self.acknowledged if answer["client_id"] == client_id}
        deed = self.altered[client_id] = {"to": body, "done": False}
        path = f"/chat/rooms/{self.room}/messages/{number}/" + ("" if body else "withdrawal/")
        again = False
        while not (deed["done"] or self.gone):
            try:
                status, _text = await asyncio.to_thread(ask, self.daphne, self.session, "POST", path, {"body": body})
                deed["done"] = status == 200 or (again and status == 403)  # 403: taken back before the answer was lost
                self.gone = self.gone or status == 404
            except GONE:
                pass
            again = True
            await asyncio.sleep(0 if deed["done"] else 0.2)

    async def mark(self, number):
        """Says by HTTP how far was read, once; `marked` is the highest that was answered."""
        path = f"/chat/rooms/{self.room}/reading/"
        try:
            status, _text = await asyncio.to_thread(ask, self.daphne, self.session, "POST", path, {"number": number})
        except GONE:
            return
        if status == 204:
            self.marked = max(self.marked, number)

    async def sign_out(self):
        """Ends this tab's session by HTTP, and goes on listening: from then on nothing may come."""
        self.stays = self.parted = True
        while self.deadline == float("inf"):
            try:
                status, _text = await asyncio.to_thread(ask, self.daphne, self.session, "POST", "/account/logout/", {})
                assert status in (200, 302), status
                self.deadline = time.monotonic() + LIMIT
            except GONE:
                await asyncio.sleep(0.2)

    async def offer_by_http(self, client_id, body):
        """The other door."""
        path, fields = f"/chat/rooms/{self.room}/messages/", {"id": client_id, "body": body}
        status, text = await asyncio.to_thread(ask, self.daphne, self.session, "POST", path, fields)
        if status == 201:
            self.hear(json.loads(text))
        elif status in (404, 409, 503):
            self.refused({"id": client_id, "why": "gone" if status == 404 else json.loads(text)["why"]})

    def hear(self, answer):
        """Notes an acknowledgement."""
        self.acknowledged.append({"client_id": answer["id"], "room": answer["room"], "number": answer["number"]})
        self.waiting.pop(answer["id"], None)

    def refused(self, frame):
        """`busy` is tried again later; `gone` means the words stay with their writer; anything else is for the checker."""
        if frame["why"] == "gone":
            self.gone = True
        elif frame["why"] != "busy":
            self.refusals.append({"client_id": frame["id"], "why": frame["why"]})
            self.waiting.pop(frame["id"], None)

    async def again(self):
        """Offers again what has gone unanswered for a while: refused as `busy`, or its answer lost by the other door."""
        for client_id in list(self.waiting):
            if client_id in self.waiting and time.monotonic() - self.offered[client_id] > UNANSWERED:
                await self.offer(client_id)

    @property
    def complete(self):
        """Whether this tab has to see everything."""
        return not (self.gone or self.parted)

    async def settle(self):
        """Offers what is not acknowledged until nothing is left, then catches up."""
        while self.waiting and self.complete:
            await self.again()
            await asyncio.sleep(0.2)
        while self.complete:
            try:
                status, text = await asyncio.to_thread(
                    ask, self.daphne, self.session, "GET", f"/chat/rooms/{self.room}/changes/?after={self.cursor}"
                )
                self.gone = self.gone or status == 404
                if status == 200:
                    return await self.reach(json.loads(text)["upto"])
            except GONE:
                pass
            await asyncio.sleep(0.2)
