"""Small storms: a few people, and events in a named order. Each is the shortest way to provoke one kind of fault."""
import asyncio
import random

from .checker import check
from .clients import Tab, remove
from .history import canaries, history, stragglers
from .listeners import Ear, Outsider
from .slips import SLOW

CALM = ("no_healing", "small_pages")  # hardships of every scene, as tests/promises/faults.py has them
PATIENCE = 30  # seconds a step may take on a busy machine
QUIET = 3  # seconds after which what was not told will not be told


class Steady(random.Random):
    """Leaves nothing to chance: by socket, once, the first there is."""

    def random(self):
        """Never little enough to be an exception."""
        return 0.5

    def choice(self, given):
        """The first."""
        return given[0]


class Stage:
    """The first room with its keeper, who writes, another writer in another process if there is one, a reader, and one
    who is to go."""

    def __init__(self, home):
        self.house, self.chance = home, Steady()
        self.room, members = next((int(room), people) for room, people in home.cast["rooms"].items())
        places = [home.daphnes[0], home.daphnes[-1], home.daphnes[0], home.daphnes[-1]]
        chosen = [*members[:3], home.cast["leavers"][0]]
        self.tabs = [
            Tab(home, person, self.room, self.chance, daphne=daphne) for person, daphne in zip(chosen, places, strict=True)
        ]
        self.writer, self.other, self.reader, self.leaver = self.tabs
        self.outsider, self.ear, self.tasks = Outsider(home), Ear(home, canaries(home)), {}

    async def begin(self):
        """Starts the processes and lets everybody in."""
        self.tasks[self.ear] = asyncio.create_task(self.ear.stay())
        await self.ear.ready.wait()
        await asyncio.gather(*(daphne.start() for daphne in self.house.daphnes))
        self.tasks[self.outsider] = asyncio.create_task(self.outsider.stay())
        await asyncio.gather(*(self.come(tab) for tab in self.tabs))

    async def come(self, tab):
        """A tab connects; returns once it watches the room."""
        self.tasks[tab] = asyncio.create_task(tab.stay())
        await self.until(lambda: tab.socket)

    async def go(self, tab):
        """A tab is closed, as a laptop's lid is."""
        self.tasks[tab].cancel()
        await asyncio.gather(self.tasks.pop(tab), return_exceptions=True)
        tab.socket = None

    async def until(self, true):
        """Waits for something to hold; TimeoutError when it does not in time."""
        async with asyncio.timeout(PATIENCE):
            while not true():
                await asyncio.sleep(0.01)

    async def say(self, tab, words, times=1):
        """A tab posts words, each when the one before was answered; returns the client ids."""
        for time in range(times):
            await tab.post(f"{words} {self.house.cast['canary']} {time}")
            await self.until(lambda: not tab.waiting)
        return list(tab.sent)[-times:]

    async def seen(self, tab):
        """Waits until a tab has seen everything acknowledged to anybody, however it came by it."""
        there = {answer["client_id"] for other in self.tabs for answer in other.acknowledged}
        await self.until(lambda: there <= {client_id for _number, client_id in tab.log})

    async def end(self):
        """Everybody catches up, then everything stops; returns what the checker finds."""
        late = await stragglers(self.tabs, QUIET)
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(tab.settle() for tab in self.tabs))
        for task in self.tasks.values():
            task.cancel()
        ended = await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        self.house.kill()
        assert not (errors := [error for error in ended if isinstance(error, Exception)]), errors
        return check(history(self.house, self.tabs, self.outsider, self.ear, late), self.house.dump())


async def a_word(stage):
    """Somebody says something, once."""
    await stage.say(stage.writer, "ひとこと")


async def answered_then_killed(stage):
    """The writer has the answer; at that moment the power fails."""
    await stage.say(stage.writer, "受け取った")
    stage.writer.daphne.kill()
    await stage.writer.daphne.start()


async def rolled_back(stage):
    """A transaction has taken its numbers and is undone; the power fails, and the words are sent again."""
    await stage.say(stage.writer, "まえに")
    daphne = stage.writer.daphne
    daphne.arm("rolled_back:1")
    await stage.writer.post(f"とりけされた {stage.house.cast['canary']}")
    await daphne.death()
    await daphne.start()
    await stage.until(lambda: not stage.writer.waiting)


async def overtaken(stage):
    """Two write at once, and who began first is the slower one."""
    await stage.writer.post(f"{SLOW} {stage.house.cast['canary']}")
    await stage.other.post(f"すぐに {stage.house.cast['canary']}")
    await stage.until(lambda: not (stage.writer.waiting or stage.other.waiting))


async def overtaken_by_an_edit(stage):
    """Words are edited while others, begun before, are still on their way."""
    [edited] = await stage.say(stage.other, "はじめの言葉")
    await stage.seen(stage.reader)
    await stage.writer.post(f"{SLOW} {stage.house.cast['canary']}")
    await stage.other.alter(edited, f"直した言葉 {stage.house.cast['canary']}")
    await stage.until(lambda: not stage.writer.waiting)


async def sent_again(stage):
    """The first of two messages is sent again by the other door, to the other process if there is one."""
    client_id, _second = await stage.say(stage.writer, "一度だけ", times=2)
    stage.writer.daphne = stage.house.daphnes[-1]
    await stage.writer.offer_by_http(client_id, stage.writer.sent[client_id])


async def away(stage):
    """A reader is away for more than a page."""
    await stage.go(stage.reader)
    await stage.say(stage.writer, "るすのあいだ", times=12)
    await stage.come(stage.reader)


async def burst(stage):
    """More than a frame's worth is said while the hub still looks at the first."""
    for number in range(12):
        await stage.writer.post(f"つぎつぎ {stage.house.cast['canary']} {number}")
    await stage.until(lambda: not stage.writer.waiting)


async def altered(stage):
    """While a reader is away, words they have seen are edited and taken back, and others are said."""
    edited, withdrawn, _last = await stage.say(stage.writer, "はじめの言葉", times=3)
    await stage.seen(stage.reader)
    await stage.go(stage.reader)
    await stage.writer.alter(edited, f"直した言葉 {stage.house.cast['canary']}")
    await stage.writer.alter(withdrawn, "")
    await stage.say(stage.writer, "そのあと")
    await stage.come(stage.reader)


async def read_back(stage):
    """A second tab, further back, says later how far it has read."""
    await stage.say(stage.writer, "読む", times=3)
    last = stage.writer.acknowledged[-1]["number"]
    await stage.reader.mark(last)
    await stage.reader.mark(last - 2)


async def taken_out(stage):
    """Somebody is taken out of the room while words flow."""
    await stage.say(stage.writer, "みんなに")
    await stage.seen(stage.leaver)
    stage.leaver.stays = True
    assert await asyncio.to_thread(remove, stage.house.daphnes[0], stage.writer.session, stage.room, stage.leaver.person) == 302
    await stage.say(stage.other, "残った人に", times=3)
    await stage.seen(stage.reader)


async def signed_out(stage):
    """Somebody signs out in one of two browsers while words flow."""
    session = stage.house.cast["other_sessions"][str(stage.other.person)]
    second = Tab(stage.house, stage.other.person, stage.room, stage.chance, session, stage.house.daphnes[-1])
    stage.tabs.append(second)
    await stage.come(second)
    await second.sign_out()
    await asyncio.sleep(second.deadline - asyncio.get_running_loop().time())
    await stage.say(stage.writer, "もう一方にだけ", times=2)
    await stage.seen(stage.other)


def play(home, scenes, plants=()):
    """Plays scenes in a house, one after another, its processes with these faults and hardships; returns what is found."""
    async def run():
        stage = Stage(home)
        try:
            await stage.begin()
            for scene in scenes:
                await scene(stage)
            return await stage.end()
        finally:
            for task in stage.tasks.values():
                task.cancel()

    home.plant(*CALM, *plants)
    return asyncio.run(run())
