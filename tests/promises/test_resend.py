"""Promise 2: one client id, from two sockets and by both doors at the same moment, is one message."""
import asyncio
import json
from collections import Counter

from ..server import house
from .clients import ask, new_id, open_socket
from .storm import size

AT_ONCE = 4  # cases in flight


class Twice:
    """Two sockets of one person, as far apart as the processes allow, and the answers that came to them."""

    def __init__(self, home):
        self.house, self.answers = home, {}
        self.person = next(iter(home.cast["sessions"]))
        self.session = home.cast["sessions"][self.person]
        self.room, self.other, *_ = [int(r) for r, people in home.cast["rooms"].items() if int(self.person) in people]

    async def listen(self, socket):
        """Collects answers by client id."""
        async for text in socket:
            frame = json.loads(text)
            if frame["t"] in ("posted", "refused"):
                self.answers.setdefault(frame["id"], []).append(frame.get("number") or frame["why"])

    async def by_http(self, daphne, room, client_id, body):
        """The other door; its answer counts like the sockets'."""
        path, fields = f"/chat/rooms/{room}/messages/", {"id": client_id, "body": body}
        _status, text = await asyncio.to_thread(ask, daphne, self.session, "POST", path, fields)
        answer = json.loads(text)
        self.answers.setdefault(client_id, []).append(answer.get("number") or answer["why"])

    async def case(self, sockets, clash):
        """One id three ways at once; with `clash`, one of them has other words or another room. Returns the id."""
        client_id, body = new_id(), "一度だけ"
        frame = {"t": "post", "room": self.room, "id": client_id, "body": body}
        rival = frame | {"": {}, "body": {"body": "別の言葉"}, "room": {"room": self.other}}[clash]
        await asyncio.gather(
            sockets[0].send(json.dumps(frame)), sockets[1].send(json.dumps(rival)),
            self.by_http(self.house.daphnes[-1], self.room, client_id, body),
        )
        while len(self.answers.get(client_id, ())) < 3:
            await asyncio.sleep(0.01)
        return client_id

    async def run(self, cases):
        """Runs the cases; returns `{client id: what clashed}`."""
        for daphne in self.house.daphnes:
            await daphne.start()
        first, last = self.house.daphnes[0], self.house.daphnes[-1]
        gate, done = asyncio.Semaphore(AT_ONCE), {}

        async def one(number, sockets):
            clash = "body" if number % 10 == 8 else "room" if number % 10 == 9 else ""
            async with gate:
                done[await self.case(sockets, clash)] = clash

        async with open_socket(first, self.session) as one_socket, open_socket(last, self.session) as other_socket:
            sockets = [one_socket, other_socket]
            listeners = [asyncio.create_task(self.listen(socket)) for socket in sockets]
            async with asyncio.timeout(60 + cases):
                await asyncio.gather(*(one(number, sockets) for number in range(cases)))
            for listener in listeners:
                listener.cancel()
        return done


def test_one_client_id_sent_three_ways_at_once_is_one_message():
    with house(people=4) as home:
        storm, cases = Twice(home), size().resends
        done = asyncio.run(storm.run(cases))
        home.kill()
        stored = {}
        for message in home.dump()["messages"]:
            stored.setdefault(message["client_id"], []).append(message)
        assert len(done) == cases and not home.complaints()
        for client_id, clash in done.items():
            assert len(stored[client_id]) == 1, (client_id, stored[client_id])
            answers = Counter(storm.answers[client_id])
            number = stored[client_id][0]["number"]
            if clash:
                assert set(answers) <= {number, "conflict"} and answers[number] in (1, 2), (clash, answers)
            else:
                assert answers == {number: 3}, answers
