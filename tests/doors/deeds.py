"""Every deed there is, done by somebody who may, while every visitor has a socket open: what each of them hears of it."""
import contextlib

from chat.models import Message, seats

from ..chat.tab import PATIENCE, Tab, do
from .checks import DEEDS, ROWS
from .frames import Bringing, overheard
from .headers import SIGNED_OUT
from .house import VISITORS
from .knock import REFUSED, Knocker, cookies

LAST = [  # what takes something away
    "chat:remove", "chat:leave", "chat:refuse", "accounts:decline", "accounts:withdraw", "accounts:sign_out",
    "accounts:end_sessions", "accounts:end_session", "account_change_password", "admin:logout", "account_logout",
]
BY = ["member", "neighbour", "same", "other", "ordinary", "administrator", "operator", "removed"]  # who does them, if they may


async def done(house):
    """All deeds, one after another; returns the faults heard, and sockets left open by a session that is over."""
    knocker = await do(Knocker, house)
    knocker.cookies["member "] = await do(cookies, "member", house.cast.member)  # the same person in another browser
    tabs = {name: await Tab(Bringing(knocker.cookies[name])).open() for name in [*VISITORS, "member "]}
    room = house.cast.shared
    for name in ("member", "neighbour", "ordinary"):
        await tabs[name].ask("watching", t="watch", room=room.pk)
    back = await do(house.cast.removed.affiliations.get)
    await do(seats.admit, room, house.cast.member, back)  # and out again, with an open socket
    await tabs["removed"].next("rooms")
    await do(seats.remove, room, house.cast.member, house.cast.removed)
    await tabs["removed"].next("gone")
    did, faults = set(), []
    for visitor, door, given in await do(list, steps(house)):
        if await do(_do, knocker, visitor, door, given):
            did.add(door)
            faults += await outlived(knocker, tabs) if door in LAST else []
    assert len(did) >= 25, sorted(did)
    for tab in tabs.values():
        if not tab.code:
            with contextlib.suppress(TimeoutError):
                await tab.settled()
    return faults + await do(overheard, house, tabs)


async def outlived(knocker, tabs):
    """Sockets that are open though their session is over, as their next page would find."""
    faults = []
    for name, tab in tabs.items():
        if not tab.code and (await do(knocker.ask, name, "GET", "/chat/people/")).outcome in ("in", "wait", "more"):
            with contextlib.suppress(TimeoutError):
                await tab.until(lambda tab=tab: tab.code, PATIENCE)
            faults += [] if tab.code else [f"{name}: the session is over, the socket open"]
    return faults


def steps(house):
    """`(visitor, door, ids and form)` of every deed, the gentle ones first. Edits put the same canary in place again."""
    for message in Message.objects.filter(withdrawn_at=None).exclude(body=""):
        visitor = next(name for name, person in house.visitors.items() if person == message.author and name not in SIGNED_OUT)
        ids = {"room_id": message.room_id, "number": message.number}
        yield visitor, "chat:edit", {**ids, "form": {"body": f"{message.body} 改"}}
    for action, cells in DEEDS.items():
        if "done" in cells.values() and action[1].startswith("accounts.affiliation"):
            yield "operator", action[1], {}
    doors = sorted({door for method, door in ROWS if method == "POST"} - {"chat:edit"}, key=lambda door: (door in LAST, door))
    for door in doors:
        for visitor in BY:
            if ROWS["POST", door][visitor] not in REFUSED | {"in"} or (door.endswith("logout") and visitor == "other"):
                yield visitor, door, {}
                break


def _do(knocker, visitor, door, given):
    """Does it, for good. True unless it was refused: an earlier deed may have shut this door."""
    if ":" in door and "." in door:  # an action of the admin
        model, name = door.split(":")
        rows = {"confirm": knocker.house.cast.pending, "withdraw": knocker.house.cast.deactivated}
        form = {"action": name, "_selected_action": rows[name].affiliations.get().pk, "reason": "退職"}
        return knocker.ask(visitor, "POST", f"/admin/{model.replace('.', '/')}/", form).outcome == "302"
    form = given.pop("form", knocker.forms.get(door, {}))
    return knocker.ask(visitor, "POST", knocker.url(door, **given), form, "text/html").outcome not in REFUSED
