"""Many people posting in several rooms while their servers are killed, and what came of it as a history."""
import asyncio
import os
import random
from dataclasses import dataclass

from ..server import house
from .checker import check
from .clients import GONE, Outsider, Tab, ask

POINTS = [  # named in tests/asgi.py; those of the outbox and of files come with them
    "before_insert", "after_insert", "rolled_back", "after_commit", "in_poke", "after_poke", "during_answer",
    "membership_ended",
]
RANDOM = "random"


@dataclass(frozen=True)
class Size:
    """How much: messages at least, random kills, kills per named point, cases of one client id sent at once."""

    messages: int
    random_kills: int
    per_point: int
    resends: int


SIZES = {
    "short": Size(messages=300, random_kills=2, per_point=1, resends=200),
    "ci": Size(messages=5_000, random_kills=6, per_point=3, resends=1_000),
    "long": Size(messages=100_000, random_kills=50, per_point=25, resends=10_000),
}


def size():
    """The size of the tier in force (ENGAWA_TIER, short unless said)."""
    return SIZES[os.environ.get("ENGAWA_TIER", "short")]


class Storm:
    """One run. `seed` makes the choices repeatable, the moments are the machine's; `restless` tabs reconnect at times."""

    def __init__(self, home, seed, restless):
        self.house, self.chance, self.restless = home, random.Random(seed), restless
        seats = [(person, int(room)) for room, people in home.cast["rooms"].items() for person in people]
        self.tabs = [Tab(home, person, room, self.chance) for person, room in seats]
        self.outsider, self.leavers, self.deaths = Outsider(home), list(home.cast["leavers"]), []

    async def run(self, messages, kills):
        """Posts at least `messages`, with the kills spread over them; returns when all is settled."""
        for daphne in self.house.daphnes:
            await daphne.start()
        clients = [asyncio.create_task(client.stay()) for client in [*self.tabs, self.outsider]]
        posting = asyncio.create_task(self.keep_posting(messages))
        try:
            for done, kill in enumerate(kills):
                await self.posted(messages * done // (len(kills) + 1))
                await self.kill(kill)
            self.killed = True
            await posting
            self.late = [] if self.restless else await self.stragglers(10)
            async with asyncio.timeout(120):
                await asyncio.gather(*(tab.settle() for tab in self.tabs))
        finally:
            posting.cancel()
            for client in clients:
                client.cancel()
            ended = await asyncio.gather(*clients, return_exceptions=True)
            self.house.kill()
        for error in ended:
            if isinstance(error, Exception):  # an assertion of a client's own
                raise error

    killed, late = False, ()

    async def stragglers(self, seconds):
        """Tabs that within some seconds of quiet have not seen all that others in their room have: nobody told them."""
        for _ in range(seconds * 10):
            ends = {}
            for tab in self.tabs:
                ends[tab.room] = max(ends.get(tab.room, 0), tab.cursor)
            late = [tab for tab in self.tabs if tab.waiting or tab.cursor < ends[tab.room]]
            if not late:
                break
            await asyncio.sleep(0.1)
        return late

    def written(self):
        """How many messages the clients have begun."""
        return sum(len(tab.sent) for tab in self.tabs)

    async def posted(self, messages):
        """Waits until that many were written."""
        while self.written() < messages:
            await asyncio.sleep(0.05)

    async def keep_posting(self, messages):
        """Writes as fast as answers come, until there are enough and the last kill is over."""
        while self.written() < messages or not self.killed:
            ready = [tab for tab in self.tabs if not tab.gone and len(tab.waiting) < 3]
            for tab in ready:
                if self.chance.random() < 0.5:
                    await tab.post(f"{self.house.cast['canary']} {tab.person} {len(tab.sent)}")
            for tab in self.tabs:
                await tab.again()
                if self.restless and self.chance.random() < 0.01:
                    await tab.move()
            enough = self.written() > messages  # then only as much as the kill points need to be reached
            await asyncio.sleep(0.3 if enough else 0.02 if ready else 0.1)

    async def kill(self, point):
        """Brings one process to its end at a point, or at any moment, and up again."""
        daphne = self.chance.choice(self.house.daphnes)
        if point == RANDOM:
            await asyncio.sleep(0.2 + self.chance.random())
            daphne.kill()
        else:
            daphne.arm(f"{point}:{1 if point == 'membership_ended' else self.chance.randint(1, 6)}")
            if point == "membership_ended":
                await asyncio.to_thread(self.remove, daphne, self.leavers.pop())
            if len(self.house.daphnes) > 1:  # the other process may have them all: have them choose again
                await asyncio.gather(*(tab.move() for tab in self.tabs))
            await daphne.death()
        self.deaths.append(point)
        await daphne.start()

    def remove(self, daphne, person):
        """The keeper of the first room takes somebody out; the server dies before it can answer."""
        room, people = next(iter(self.house.cast["rooms"].items()))
        keeper = self.house.cast["sessions"][str(people[0])]
        try:
            status, _text = ask(daphne, keeper, "POST", f"/chat/rooms/{room}/people/{person}/removal/", {})
        except GONE:
            return
        raise AssertionError(f"the server answered {status}")

    def history(self):
        """What the checker needs to know of the clients."""
        return {
            "sent": {
                client_id: {"room": tab.room, "person": tab.person, "body": body}
                for tab in self.tabs for client_id, body in tab.sent.items()
            },
            "acknowledged": [answer for tab in self.tabs for answer in tab.acknowledged],
            "readers": [
                {"person": tab.person, "room": tab.room, "log": tab.log, "complete": not tab.gone} for tab in self.tabs
            ],
            "outsiders": [{"name": "outsider", "bytes": self.outsider.bytes}],
            "canaries": [self.house.cast["canary"], self.house.cast["canary"].encode("unicode_escape").decode()],
        }


def weather(messages, kills, seed=1):
    """Runs a storm in a fresh house; returns `(storm, faults, complaints of the servers)`."""
    with house(people=8, leavers=kills.count("membership_ended")) as home:
        storm = Storm(home, seed, restless=bool(kills))
        asyncio.run(storm.run(messages, kills))
        return storm, check(storm.history(), home.dump()), home.complaints()
