"""Every frame × every visitor, as declared in table.py: who is answered, who is told, and who hears nothing."""
import contextlib
import uuid

import pytest

from ..cast import say
from ..chat.tab import PATIENCE, Tab, do, live, session
from .house import VISITORS, House
from .table import FRAMES, declared

SAID = declared(FRAMES)


@pytest.mark.django_db(transaction=True)
def test_a_frame_is_answered_as_declared():
    house = House()
    clients = {name: session(person) if person else None for name, person in house.visitors.items()}
    _frames(house, clients)


@live
async def _frames(house, clients):
    cells = {(door, name): cell for (_m, door), row in SAID.items() for name, cell in zip(VISITORS, row, strict=True)}
    room, found = house.cast.shared.pk, {}
    tabs = {name: await Tab(client).open() for name, client in clients.items()}
    watchers = {name: await Tab(clients[name]).open() for name in ("member", "neighbour")}
    for watcher in watchers.values():
        await watcher.ask("watching", t="watch", room=room)
    for name, tab in tabs.items():
        watcher = watchers["neighbour" if name == "member" else "member"]
        for frame in ("post", "watch", "read", "typing"):
            if frame == "read":  # so that everybody has something unread
                await do(say, house.cast.shared, house.cast.member, "一つ")
                await do(say, house.cast.shared, house.cast.neighbour, "二つ")
            patience = 0.3 if cells[frame, name] == "-" else PATIENCE
            found[frame, name] = str(tab.code) if tab.code else await _said(tab, watcher, frame, room, patience)
    assert found == cells
    for name, tab in [*tabs.items(), *watchers.items()]:
        heard = "\n".join(tab.heard)
        assert not [word for word, readers in house.may_see.items() if word in heard and name not in readers], name


async def _said(tab, watcher, frame, room, patience):
    """What came of one frame: the answer, or what somebody who watches the room was told."""
    tab.frames.clear()
    watcher.frames.clear()
    fields = {"post": {"id": str(uuid.uuid4()), "body": "書く"}, "read": {"number": 99}}.get(frame, {})
    tab.send(t=frame, room=room, **fields)
    await tab.settled()
    if tab.got("posted") or tab.got("watching"):
        return "yes"
    if tab.got("refused", why="gone") or tab.got("gone", room=room):
        return "gone"
    with contextlib.suppress(TimeoutError):
        await watcher.until(lambda: watcher.got(frame, room=room), patience)
        return "yes"
    return "-"
