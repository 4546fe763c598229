"""What the table says of the socket, as faults: each frame × each visitor, who may call at all, and who hears what of it."""
import contextlib
import json
import uuid

from django.conf import settings
from django.utils import timezone

import chat.hub
from accounts.models import Session
from chat.models import Membership

from ..cast import say
from ..chat.tab import PATIENCE, Tab, do
from .house import VISITORS
from .knock import Knocker
from .table import FRAMES, declared

SAID = declared(FRAMES)
SILENCE = 0.3  # seconds in which nothing comes where nothing may


class Bringing:
    """What a Tab takes its cookies from: the Cookie header of a visitor."""

    def __init__(self, header):
        self.cookies = self
        self.header = header

    def output(self, **_how):
        """As SimpleCookie's."""
        return self.header


async def answered(house, hasty=False):
    """Each frame × each visitor, as declared, told to those who may hear it; the hasty look no further than the first fault."""
    knocker, faults = await do(Knocker, house), []
    tabs = {}
    for name in VISITORS:
        tabs[name] = await opened(knocker, name, faults)
        if hasty and faults:
            return faults
    watchers = {name: await opened(knocker, name, faults) for name in ("member", "neighbour")}
    room = house.cast.shared.pk
    for watcher in watchers.values():
        await watcher.ask("watching", t="watch", room=room)
    for name, tab in tabs.items():
        if hasty and faults:
            return faults
        watcher = watchers["neighbour" if name == "member" else "member"]
        for (_method, frame), cells in SAID.items():
            if frame == "read":  # so that everybody has something unread
                await do(say, house.cast.shared, house.cast.member, "一つ")
                await do(say, house.cast.shared, house.cast.neighbour, "二つ")
            patience = SILENCE if cells[name] == "-" else PATIENCE
            found = str(tab.code) if tab.code else await _said(tab, watcher, frame, room, patience)
            if found != cells[name]:
                faults.append(f"{name} {frame}: {found}, declared {cells[name]}")
    return faults + await do(overheard, house, {**tabs, **{f"{name} ": tab for name, tab in watchers.items()}})


async def opened(knocker, name, faults):
    """A visitor's tab; not to be told where the rooms stand of which it was greeted is a fault, and no reason to stop."""
    tab = Tab(Bringing(knocker.cookies[name]))
    try:
        await tab.open()
    except TimeoutError:
        faults.append(f"{name} is greeted with rooms of which nothing follows")
        tab.frames.clear()
    return tab


async def foreign(house):
    """No page of another site opens a socket, whoever is signed in there."""
    knocker, faults = await do(Knocker, house), []
    for origin in ("https://evil.example", settings.PUBLIC_URL + ".evil.example", "null", None):
        tab = await Tab(Bringing(knocker.cookies["member"]), origin=origin).open()
        if tab.code != 4003 or tab.accepted:
            faults.append(f"a page of {origin} opened a socket")
    return faults


async def outlived(house):
    """A socket does not outlive its session: too old, nobody at the desk for too long, or made under another password."""
    knocker, faults = await do(Knocker, house), []

    def session(person, **change):
        Session.objects.filter(person=person).update(**change)

    ends = {
        "member": lambda person: session(person, expire_date=timezone.now()),
        "neighbour": lambda person: session(person, seen=timezone.now() - settings.SESSION_IDLE),
        "same": lambda person: (person.set_password("as manage.py changepassword does"), person.save()),
    }
    for name, end in ends.items():
        tab = await Tab(Bringing(knocker.cookies[name])).open()
        await do(end, house.visitors[name])
        await chat.hub.hub.recheck([house.visitors[name].pk])  # as every heartbeat does
        if tab.code != 4001:
            faults.append(f"{name}: a socket outlives its session")
    return faults


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


def overheard(house, tabs):
    """What tabs (by visitor) heard that is not theirs: canaries, and anything at all of a room they were never in."""
    faults = []
    for name, tab in tabs.items():
        name, heard = name.strip(), "\n".join(tab.heard)
        faults += [f"{name} hears {word}" for word, readers in house.may_see.items() if word in heard and name not in readers]
        person = house.visitors[name]
        theirs = set(Membership.objects.filter(person=person).values_list("room", flat=True)) if person else set()
        rooms = {room for frame in map(json.loads, tab.heard) if frame["t"] != "gone" for room in named(frame)}
        faults += [f"{name} hears of room {room}" for room in rooms - theirs]
    return faults


def named(frame):
    """The rooms a frame speaks of: one, or a list of them, or counters by room."""
    rooms = frame.get("rooms", [])
    yield from (int(room) if isinstance(rooms, dict) else room["room"] for room in rooms)
    if "room" in frame:
        yield frame["room"]
