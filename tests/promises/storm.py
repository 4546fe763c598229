"""Many people posting in several rooms while their servers are killed, and what came of it as a history."""
import asyncio
import os
import random
import time
from dataclasses import dataclass

from ..server import house
from .checker import check
from .clients import GONE, LIMIT, Tab, remove
from .history import canaries, history, stragglers
from .listeners import Ear, Outsider

POINTS = [  # named in tests/asgi.py; those of the outbox are in office.py, those of files come with the files
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
    "short": Size(messages=300, random_kills=2, per_point=1, resends=60),
    "ci": Size(messages=5_000, random_kills=6, per_point=3, resends=1_000),
    "long": Size(messages=100_000, random_kills=50, per_point=25, resends=10_000),
}


def size():
    """The size of the tier in force (ENGAWA_TIER, short unless said)."""
    return SIZES[os.environ.get("ENGAWA_TIER", "short")]


class Storm:
    """One run. `seed` makes the choices repeatable, the moments are the machine's; `restless` tabs reconnect at times.

    While it lasts, words are edited and taken back, somebody is taken out of the first room, and somebody else signs out
    in one of two browsers.
    """

    def __init__(self, home, seed, restless):
        self.house, self.chance, self.restless = home, random.Random(seed), restless
        seats = [(person, int(room)) for room, people in home.cast["rooms"].items() for person in people]
        self.tabs = [Tab(home, person, room, self.chance) for person, room in seats]
        self.outsider, self.ear, self.deaths, self.minds = Outsider(home), Ear(home, canaries(home)), [], {}
        self.room, members = next((int(room), people) for room, people in home.cast["rooms"].items())
        self.keeper, self.leavers = home.cast["sessions"][str(members[0])], list(home.cast["leavers"])
        [self.removed] = [tab for tab in self.tabs if tab.person == self.leavers[0]]
        self.second = Tab(home, members[1], self.room, self.chance, home.cast["other_sessions"][str(members[1])])
        self.removed.stays, self.late, self.done = True, (), 0
        self.tabs.append(self.second)

    async def run(self, messages, kills):
        """Posts at least `messages`, with the kills spread over them; returns when all is settled."""
        listening = asyncio.create_task(self.ear.stay())
        await self.ear.ready.wait()
        for daphne in self.house.daphnes:
            await daphne.start()
        clients = [listening, *(asyncio.create_task(client.stay()) for client in [*self.tabs, self.outsider])]
        posting, parting = asyncio.create_task(self.keep_posting(messages)), asyncio.create_task(self.partings(messages // 3))
        try:
            for done, kill in enumerate(kills):
                await self.posted(messages * done // (len(kills) + 1))
                await self.kill(kill)
            await parting
            self.over = True
            await posting
            await asyncio.gather(*self.minds.values())
            self.late = [] if self.restless else await stragglers(self.tabs, 10)
            async with asyncio.timeout(120):
                await asyncio.gather(*(tab.settle() for tab in self.tabs))
        finally:
            for task in [posting, parting, *self.minds.values(), *clients]:
                task.cancel()
            ended = await asyncio.gather(*clients, return_exceptions=True)
            self.house.kill()
        for error in ended:
            if isinstance(error, Exception):  # an assertion of a client's own
                raise error

    over = False

    def written(self):
        """How many messages the clients have begun."""
        return sum(len(tab.sent) for tab in self.tabs)

    async def posted(self, messages):
        """Waits until that many were written."""
        while self.written() < messages:
            await asyncio.sleep(0.05)

    async def keep_posting(self, messages):
        """Writes as fast as answers come, until there are enough and the last kill and parting are over."""
        while self.written() < messages or not self.over:
            ready = [tab for tab in self.tabs if tab.complete and tab is not self.second and len(tab.waiting) < 3]
            for tab in ready:
                if self.chance.random() < 0.5:
                    await tab.post(f"{self.house.cast['canary']} {tab.person} {len(tab.sent)}")
                if self.chance.random() < 0.06 and tab not in self.minds:
                    self.minds[tab] = asyncio.create_task(self.change_mind(tab))
            for tab in self.tabs:
                await tab.again()
                if self.restless and self.chance.random() < 0.01:
                    await tab.move()
            enough = self.written() > messages  # then only as much as the kill points need to be reached
            await asyncio.sleep(0.3 if enough else 0.02 if ready else 0.1)

    async def change_mind(self, tab):
        """Edits or takes back one of a tab's own words; or says how far it has read. A tab does one of these at a time."""
        own = [answer["client_id"] for answer in tab.acknowledged if answer["client_id"] not in tab.altered]
        if own and self.chance.random() < 0.7:
            mine = self.chance.choice(own)
            await tab.alter(mine, self.chance.choice(["", f"{tab.sent[mine]} 直し"]))
        elif tab.log:
            await tab.mark(self.chance.choice(tab.log)[0])
        del self.minds[tab]

    async def partings(self, messages):
        """In mid-storm the keeper takes somebody out and somebody signs out; the words go on until their time is up."""
        await self.posted(messages)
        while not self.removed.log or not self.second.log:
            await asyncio.sleep(0.05)
        self.leavers.remove(self.removed.person)
        await asyncio.gather(self.take_out(self.removed), self.second.sign_out())
        await asyncio.sleep(LIMIT)
        self.done = self.written()
        await self.posted(self.done + 20)

    async def take_out(self, tab):
        """The keeper takes somebody out of the first room, and asks again when no answer came."""
        status, again = 0, False
        while status not in (200, 302) and not (again and status == 403):
            try:
                status = await asyncio.to_thread(remove, self.chance.choice(self.house.daphnes), self.keeper, tab.room, tab.person)
            except GONE:
                await asyncio.sleep(0.2)
            again = True
        tab.deadline = time.monotonic() + LIMIT

    async def kill(self, point):
        """Brings one process to its end at a point, or at any moment, and up again."""
        daphne = self.chance.choice(self.house.daphnes)
        if point == RANDOM:
            await asyncio.sleep(0.2 + self.chance.random())
            daphne.kill()
        else:
            daphne.arm(f"{point}:{1 if point == 'membership_ended' else self.chance.randint(1, 6)}")
            if point == "membership_ended":
                await asyncio.to_thread(self.remove_fatally, daphne, self.leavers.pop())
            if len(self.house.daphnes) > 1:  # the other process may have them all: have them choose again
                await asyncio.gather(*(tab.move() for tab in self.tabs))
            await daphne.death()
        self.deaths.append(point)
        await daphne.start()

    def remove_fatally(self, daphne, person):
        """The keeper of the first room takes somebody out; the server dies before it can answer."""
        try:
            status = remove(daphne, self.keeper, self.room, person)
        except GONE:
            return
        raise AssertionError(f"the server answered {status}")

    def history(self):
        """What the checker needs to know of the clients."""
        return history(self.house, self.tabs, self.outsider, self.ear, self.late)


def weather(messages, kills, seed=1):
    """Runs a storm in a fresh house; returns `(storm, faults, complaints of the servers)`."""
    with house(people=8, leavers=1 + kills.count("membership_ended")) as home:
        storm = Storm(home, seed, restless=bool(kills))
        asyncio.run(storm.run(messages, kills))
        return storm, check(storm.history(), home.dump()), home.complaints()
