"""The hub when things happen in an unlucky order: a look at standing that comes back late, a tab that has gone meanwhile."""
import asyncio

import pytest

import chat.hub
from chat.hub import Hub, Socket

from .tab import live

ROOMS = {number: {"room": number, "last_number": 0, "last_change": 0, "read_number": 0, "from_number": 1} for number in (5, 6)}


@pytest.fixture
def slow(monkeypatch):
    """A channel layer whose `group_add` waits until it is let go; and looks at standing answered from a list."""
    class Layer:
        go, asked = asyncio.Event(), asyncio.Event()

        async def group_add(self, *_args):
            self.asked.set()
            await self.go.wait()

        async def group_discard(self, *_args):
            pass

    layer = Layer()
    monkeypatch.setattr(chat.hub, "get_channel_layer", lambda: layer)
    return layer


def hub_and_socket():
    """A hub with one tab of person 1, and what was written to it."""
    hub, written = Hub(), []

    async def send(event):
        written.append(event)

    socket = Socket(1, "key", send)
    hub.people[1].add(socket)
    return hub, socket, written


@live
async def test_an_older_look_opens_nothing_that_a_newer_one_has_closed(slow, monkeypatch):
    hub, socket, _written = hub_and_socket()
    looks = iter([{"key": ROOMS}, {"key": {}}])

    async def read(*_args):
        return next(looks)

    monkeypatch.setattr(chat.hub, "read", read)
    older = asyncio.create_task(hub.recheck([1]))
    await slow.asked.wait()  # the older look has opened room 5 and waits
    await hub.recheck([1])  # removed from both rooms meanwhile
    slow.go.set()
    await older
    assert not socket.rooms and not hub.rooms and not hub.seen


@live
async def test_a_tab_that_went_during_a_look_leaves_nothing_behind(slow, monkeypatch):
    hub, socket, _written = hub_and_socket()

    async def read(*_args):
        return {"key": ROOMS}

    monkeypatch.setattr(chat.hub, "read", read)
    look = asyncio.create_task(hub.recheck([1]))
    await slow.asked.wait()
    await hub.part(socket)
    slow.go.set()
    await look
    assert not socket.rooms and not hub.rooms and not hub.seen and not hub.people


@live
async def test_doors_close_before_anything_is_written_down(monkeypatch):
    """Writing needs a room's lock, which others may hold for long; closing must not wait for it."""
    hub, socket, written = hub_and_socket()
    socket.rooms = dict(ROOMS)
    locked = asyncio.Event()

    async def read(look, *_args):
        if look is chat.hub.snapshots.settle:
            await locked.wait()
        return {}

    monkeypatch.setattr(chat.hub, "read", read)
    task = asyncio.create_task(hub.recheck_one(1))
    async with asyncio.timeout(2):
        while not socket.closed:
            await asyncio.sleep(0.01)
    locked.set()
    await task
    assert written[-1] == {"type": "websocket.close", "code": 4001}


@live
async def test_a_reload_leaves_no_process_deaf(monkeypatch):
    """The last tab of a room goes while the next one comes: Redis may see the new subscription before the old one's end."""
    class Layer:
        heard = {"room.5"}

        async def group_add(self, group, _channel):
            self.heard.add(group)

        async def group_discard(self, group, _channel):
            await asyncio.sleep(0.01)
            self.heard.discard(group)

    monkeypatch.setattr(chat.hub, "get_channel_layer", Layer)
    hub, old, _written = hub_and_socket()
    old.rooms[5], hub.seen[5] = ROOMS[5], 0
    hub.rooms[5].add(old)
    leaving = asyncio.create_task(hub.drop(old, 5))
    await asyncio.sleep(0)
    _hub, new, _written = hub_and_socket()
    await hub.open(new, 5, 0)
    await leaving
    assert Layer.heard == {"room.5"} and hub.rooms[5] == {new}


@live
async def test_a_poke_for_a_room_whose_last_tab_has_gone_is_no_failure():
    await Hub().tell_change(5)
