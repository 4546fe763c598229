"""Whoever's standing ends without a word to the room hears no more of it within 2 s, though nobody pokes about the person."""
import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Affiliation
from chat import snapshots

from ..cast import affiliate, person, say
from ..promises.faults import cached_membership
from .tab import Tab, do, live, session

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT = 2.0  # seconds
LAST = "もう聞こえない"


def a_year_old(who):
    """Somebody's affiliation, made older, so that it can be followed by another."""
    row = who.affiliations.get()
    row.starts -= timedelta(days=365)
    row.save()
    return row


def midnight(monkeypatch):
    """The next day begins, in Japan as here."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *args: tomorrow)


def ends_today(people, who):
    """Entered beforehand: today is their last day."""
    Affiliation.objects.filter(person=who).update(ends=timezone.localdate())


def moves_tomorrow(people, who):
    """A transfer planned for tomorrow."""
    a_year_old(who).transfer(people.administrator, people.ict, on=timezone.localdate() + timedelta(days=1))


def nothing(*_args):
    """Nothing was prepared."""


# What was entered before, what happens, and whether the department's room is all they lose by it.
WAYS = {
    "confirmation withdrawn": (nothing, lambda people, who, _m: who.affiliations.get().withdraw(people.operator, "退職"), False),
    "deactivation": (nothing, lambda people, who, _m: who.deactivate(), False),
    "last day over": (ends_today, lambda _p, _w, monkeypatch: midnight(monkeypatch), False),
    "transfer": (nothing, lambda people, who, _m: a_year_old(who).transfer(people.administrator, people.ict), True),
    "planned transfer": (moves_tomorrow, lambda _p, _w, monkeypatch: midnight(monkeypatch), True),
}


async def goes_quiet(room, author, stays, loser):
    """Says words until the loser is told that the room is gone, for 2 s at most; then some that only those who stay may hear."""
    deadline, number = asyncio.get_running_loop().time() + LIMIT, 1
    while not (loser.got("gone", room=room.pk) or loser.code) and asyncio.get_running_loop().time() < deadline:
        number += 1
        await do(say, room, author, f"まだ聞こえるかもしれない {number}")
        await stays.next("change", last_number=number)
    await do(say, room, author, LAST)
    await stays.next("change", last_number=number + 1)
    if not loser.code:
        await loser.settled()


async def heard_to_the_end(people, monkeypatch, way):
    """Somebody in the department's room loses their standing, which nobody pokes about; returns their tab."""
    before, deed, _department_only = WAYS[way]
    who = await do(person, "新任 光", "shinnin@city.fukaya.example")
    await do(affiliate, who, people.shimin, people.operator)
    await do(before, people, who)
    room = people.department_room
    loser, stays = await Tab(await do(session, who)).open(), await Tab(await do(session, people.member)).open()
    for tab in (loser, stays):
        await tab.ask("watching", t="watch", room=room.pk)
    await do(say, room, people.member, "聞こえる")  # the hub has seen the room's people by now
    await loser.next("change", last_number=1)
    await stays.next("change", last_number=1)
    monkeypatch.setattr("accounts.models.person.poke_person", lambda person_id: None)
    await do(deed, people, who, monkeypatch)
    await goes_quiet(room, people.member, stays, loser)
    return loser


@pytest.mark.parametrize("way", WAYS)
@live
async def test_who_stands_no_more_hears_no_more(people, monkeypatch, way):
    loser = await heard_to_the_end(people, monkeypatch, way)
    assert LAST not in "".join(loser.heard)
    assert loser.code == 4001 if loser.code else loser.got("gone", room=people.department_room.pk)
    department_only = WAYS[way][2]
    assert not (department_only and loser.code)  # they still stand, so their other rooms stay open


@live
async def test_a_hub_that_kept_its_list_of_people_would_be_noticed(people, monkeypatch):
    monkeypatch.setattr(snapshots, "change", snapshots.change)  # put back at the end
    cached_membership()
    loser = await heard_to_the_end(people, monkeypatch, "last day over")
    assert LAST in "".join(loser.heard)
