"""One hub per process: it hears the pokes, asks the database once, and hands the same bytes to every socket entitled.

Sockets know no channel layer; the hub does, one subscription per room with somebody in it here. What a poke loses is
found by the heartbeat, and without Redis by a look once a second at what other processes wrote.
"""
import asyncio
import logging
from collections import defaultdict
from itertools import count

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings

from accounts import pokes

from . import snapshots
from .broadcasts import group_of
from .frames import dumps
from .models import Presence
from .wire import Frame, wire

BEAT = 25.0  # seconds
LOOK = 1.0  # seconds
REST = 0.1  # seconds between two looks at one room: in a storm several posts share a look and a frame, and nobody sees it

logger = logging.getLogger(__name__)


def read(function, *args):
    """Runs a look at the database in a thread of its own, so that a slow one holds up nobody else's."""
    return database_sync_to_async(function, thread_sensitive=False)(*args)


class Socket:
    """One tab: whose it is, by which session, which rooms are open to it, which one it watches."""

    def __init__(self, person_id, session_key, send):
        self.person_id, self.session_key, self.wire = person_id, session_key, wire(send)
        self.rooms, self.watching, self.asked = {}, None, 0
        self.greeted = self.closed = False

    async def write(self, frame):
        """Hands a frame, or the text of one, to the server; a socket that is gone is no error."""
        if not self.closed:
            try:
                await self.wire.put(frame if isinstance(frame, Frame) else Frame(frame))
            except Exception:  # whatever the server raises for a connection that went away meanwhile
                self.closed = True

    async def close(self, code):
        """Ends the connection with a code of ours: 4001, the session is over."""
        if not self.closed:
            self.closed = True
            await self.wire.end(code)


class Hub:
    """Everything this process knows about who is connected. Lives in one event loop."""

    def __init__(self):
        self.people = defaultdict(set)  # person id → sockets
        self.rooms = defaultdict(set)  # room id → sockets to which it is open
        self.seen = {}  # room id → last change handed out
        self.rested = {}  # room id → when it may be looked at again
        self.changed, self.readers = set(), defaultdict(set)  # rooms to look at; room id → people who read
        self.arrived = set()  # people whose coming is not yet written down
        self.asked = count(1)  # numbers the looks at people's standing: an older answer never overwrites a newer one
        self.wake, self.starting = asyncio.Event(), asyncio.Lock()
        self.tasks, self.channel = [], None

    async def start(self):
        """Opens the hub's one channel and its loops, once."""
        async with self.starting:
            if self.channel is not None:
                return
            pokes.loop = asyncio.get_running_loop()
            layer = get_channel_layer()
            self.channel = await layer.new_channel("hub")
            await layer.group_add("people", self.channel)
            loops = [self.listen, self.pump, self.beat] + ([] if settings.REDIS_URL else [self.look])
            self.tasks = [asyncio.create_task(self.forever(loop)) for loop in loops]

    async def forever(self, step):
        """Repeats one step; what fails is logged and tried again."""
        while True:
            try:
                await step()
            except Exception:
                logger.exception("hub: %s", step.__name__)
                await asyncio.sleep(LOOK)

    # -- sockets come and go ------------------------------------------------------------------------------------

    async def join(self, socket):
        """Takes a tab in. True if its session and its person's standing allow it; its rooms are then known."""
        await self.start()
        self.people[socket.person_id].add(socket)  # first, so that a poke from now on finds it
        self.arrived.add(socket.person_id)  # written down by the pump, many at once: a morning's arrivals are one write
        self.wake.set()
        await self.recheck([socket.person_id])
        return not socket.closed

    async def part(self, socket):
        """Lets a tab go."""
        socket.closed = True
        for room_id in list(socket.rooms):
            await self.drop(socket, room_id)
        self.people[socket.person_id].discard(socket)
        if not self.people[socket.person_id]:
            del self.people[socket.person_id]

    async def recheck(self, people):
        """Asks again by what right these people's tabs are open; closes, opens and drops what changed."""
        sockets = [socket for person_id in people for socket in self.people.get(person_id, ())]
        if not sockets:
            return
        asked = next(self.asked)
        alive = await read(snapshots.entitled, {socket.session_key: socket.person_id for socket in sockets})
        for socket in sockets:
            if asked < socket.asked or socket.closed:
                continue
            socket.asked = asked
            if socket.session_key not in alive:
                await socket.close(4001)  # first: leaving the rooms may fail at the layer
                for room_id in list(socket.rooms):
                    await self.drop(socket, room_id)
            else:
                await self.refit(socket, alive[socket.session_key], asked)

    async def refit(self, socket, rooms, asked):
        """Brings a tab's open rooms in line with what the database said, unless a newer look has done so meanwhile."""
        gone, new = socket.rooms.keys() - rooms.keys(), rooms.keys() - socket.rooms.keys()
        for room_id in gone:
            await self.drop(socket, room_id)
            await socket.write(dumps("gone", room=room_id))
        for room_id in new:
            if socket.closed or asked < socket.asked:
                return
            socket.rooms[room_id] = rooms[room_id]
            await self.open(socket, room_id, rooms[room_id]["last_change"])
        if (gone or new) and socket.greeted:
            await socket.write(dumps("rooms", rooms=list(rooms.values())))

    async def open(self, socket, room_id, last_change):
        """Lets a tab hear a room; the first tab subscribes the process, then looks once for what came in between."""
        self.rooms[room_id].add(socket)
        if room_id not in self.seen:
            self.seen[room_id] = last_change
            await get_channel_layer().group_add(group_of(room_id), self.channel)
            self.poked(room_id)

    async def drop(self, socket, room_id):
        """Stops a tab hearing a room; the last tab unsubscribes the process."""
        socket.rooms.pop(room_id, None)
        if socket.watching == room_id:
            socket.watching = None
        self.rooms[room_id].discard(socket)
        if not self.rooms[room_id]:
            del self.rooms[room_id]
            self.rested.pop(room_id, None)
            if self.seen.pop(room_id, None) is not None:
                await get_channel_layer().group_discard(group_of(room_id), self.channel)
                if room_id in self.seen:  # a tab came while this left (a reload does that): the leave may have been last
                    await get_channel_layer().group_add(group_of(room_id), self.channel)

    # -- pokes come in -------------------------------------------------------------------------------------------

    def poked(self, room_id):
        """Something changed in a room: look at it soon."""
        self.changed.add(room_id)
        self.wake.set()

    async def listen(self):
        """Takes one poke. Nothing here waits for the database, so that the layer's queue stays empty."""
        poke = await get_channel_layer().receive(self.channel)
        if poke["type"] == "room":
            self.poked(poke["room"])
        elif poke["type"] == "read":
            self.readers[poke["room"]].add(poke["person"])
            self.wake.set()
        elif poke["type"] == "typing":
            await self.tell_typing(poke["room"], poke["person"])
        elif poke["type"] == "person" and poke["person"] in self.people:
            task = asyncio.create_task(self.recheck_one(poke["person"]))
            self.tasks = [t for t in self.tasks if not t.done()] + [task]

    async def recheck_one(self, person_id):
        """Brings a person's tabs in line with their standing, then writes down what it means for their memberships.

        In that order: closing a door must not wait for a lock. What the writing changes it pokes about itself.
        """
        await self.recheck([person_id])
        await read(snapshots.settle, person_id)

    async def pump(self):
        """Hands out what the pokes announced. Pokes that come in meanwhile are served in the next round, together."""
        await self.wake.wait()
        self.wake.clear()
        changed = self.due()
        readers, self.readers = self.readers, defaultdict(set)
        arrived, self.arrived = self.arrived, set()
        jobs = [self.tell_change(room_id) for room_id in changed if room_id in self.seen]
        jobs += [self.tell_reads(room_id, people) for room_id, people in readers.items() if room_id in self.seen]
        jobs += [read(Presence.objects.touch, arrived)] if arrived else []
        for result in await asyncio.gather(*jobs, return_exceptions=True):
            if isinstance(result, Exception):
                logger.error("hub: not handed out", exc_info=result)

    def due(self):
        """Takes the rooms that have rested; for the others the pump is woken when the first of them has."""
        loop = asyncio.get_running_loop()
        now, early = loop.time(), {}
        for room_id in self.changed:
            if (then := self.rested.get(room_id, 0.0)) > now:
                early[room_id] = then
        if early:
            loop.call_at(min(early.values()), self.wake.set)
        due, self.changed = self.changed - early.keys(), set(early)
        self.rested.update(dict.fromkeys(due & self.seen.keys(), now + REST))
        return due

    # -- frames go out --------------------------------------------------------------------------------------------

    async def tell_change(self, room_id):
        """Gives every tab in the room what changed since the last time: markup to those who watch, the count to others."""
        since = self.seen.get(room_id)
        if since is None:  # its last tab has gone between the poke and now
            return
        now = await read(snapshots.change, room_id, since)
        if room_id not in self.seen:
            return
        self.seen[room_id] = max(now.last_change, since)
        head = {"room": room_id, "upto": now.last_change, "last_number": now.last_number, "audience": now.audience}
        head["people"] = len(now.starts)
        whole = Frame(dumps("change", since=since, items=now.items, **head))
        fetch = Frame(dumps("change", since=now.last_change, items=[], **head))  # since beyond the cursor: the tab fetches
        counted = Frame(dumps("count", room=room_id, last_number=now.last_number))
        oldest = min((number for number, _html in now.items), default=now.last_number)
        for socket in list(self.rooms.get(room_id, ())):
            start = now.starts.get(socket.person_id)
            if start is None:
                await self.drop(socket, room_id)
                await socket.write(dumps("gone", room=room_id))
            elif socket.watching != room_id:
                if number := now.authors.get(socket.person_id):  # one's own words are read in every tab
                    await socket.write(dumps("read", room=room_id, reads={socket.person_id: number}))
                await socket.write(counted)
            else:
                await socket.write(fetch if now.more or start > oldest else whole)

    async def tell_reads(self, room_id, people):
        """Gives those who watch the room how far its people have read, and each reader's other tabs their own."""
        numbers = await read(snapshots.reads, room_id, people)
        everyone = Frame(dumps("read", room=room_id, reads=numbers))
        for socket in list(self.rooms.get(room_id, ())):
            if socket.watching == room_id:
                await socket.write(everyone)
            elif socket.person_id in numbers:
                await socket.write(dumps("read", room=room_id, reads={socket.person_id: numbers[socket.person_id]}))

    async def tell_typing(self, room_id, person_id):
        """Tells those who watch the room that somebody in it is writing."""
        typing = Frame(dumps("typing", room=room_id, person=person_id))
        for socket in list(self.rooms.get(room_id, ())):
            if socket.watching == room_id and socket.person_id != person_id:
                await socket.write(typing)

    # -- what heals ------------------------------------------------------------------------------------------------

    async def look(self):
        """Once a second, without Redis: has another process written into a room that is open here?"""
        await asyncio.sleep(LOOK)
        if self.seen:
            self.compare(await read(snapshots.counters, list(self.seen)))

    def compare(self, counters):
        """Looks again at rooms whose last change is beyond what was handed out."""
        for room_id, (_number, last_change) in counters.items():
            if last_change > self.seen.get(room_id, last_change):
                self.poked(room_id)

    async def beat(self):
        """Every 25 s: ask again for everybody, and give every tab its rooms' counters and who is here."""
        await asyncio.sleep(BEAT)
        people = list(self.people)
        if not people:
            return
        await read(Presence.objects.touch, people)
        await self.recheck(people)
        room_ids = list(self.seen)
        counters, here = await read(snapshots.counters, room_ids), await read(snapshots.here, room_ids)
        self.compare(counters)
        for socket in [socket for sockets in list(self.people.values()) for socket in sockets]:
            rooms = {room_id: counters[room_id] for room_id in socket.rooms if room_id in counters}
            present = sorted({person for room_id in rooms for person in here.get(room_id, ())})
            await socket.write(dumps("beat", rooms=rooms, here=present))


hub = Hub()
