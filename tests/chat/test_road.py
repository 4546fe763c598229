"""The shape of a message's road: few own functions, one render, as many queries for 2,000 people as for 2, bare pokes."""
import asyncio
import sys
import uuid
from pathlib import Path

import pytest
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Affiliation, Person, Verification
from chat import markup, snapshots
from chat.consumers import Door
from chat.models import Membership, seats

from ..cast import say
from .tab import Tab, do, live, session

pytestmark = pytest.mark.django_db(transaction=True)

OWN = [str(settings.BASE_DIR / app) for app in ("accounts", "chat", "config")]


class Witness:
    """Sees the INSERT of a message and notes which of our own functions are on the stack of its thread."""

    def __init__(self):
        self.stack = None

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "chat_message"'):
            self.stack = [own(frame.f_code) for frame in _outwards(sys._getframe()) if own(frame.f_code)][::-1]
        return execute(sql, params, many, context)


def _outwards(frame):
    while frame:
        yield frame
        frame = frame.f_back


def own(code):
    """`file:function` of our own code, None for anybody else's."""
    path = Path(code.co_filename)
    return f"{path.name}:{code.co_name}" if str(path).startswith(tuple(OWN)) else None


@pytest.fixture
def witness(monkeypatch):
    """A Witness on every connection, whichever thread opens it."""
    seen = Witness()
    wrapper = type(connections["default"])
    begin = wrapper.__init__
    monkeypatch.setattr(wrapper, "__init__", lambda self, *a, **k: begin(self, *a, **k) or self.execute_wrappers.append(seen))
    return seen


@live
async def test_two_own_functions_from_the_http_door_to_the_row(people, witness):
    def knock():
        return session(people.member).post(
            f"/chat/rooms/{people.shared.pk}/messages/", {"id": str(uuid.uuid4()), "body": "数えて"}
        )

    assert (await do(knock)).status_code == 201
    assert witness.stack == ["messages.py:post", "room.py:post"]


@live
async def test_three_own_functions_from_the_socket_to_the_row(people, witness, monkeypatch):
    """From the deed on; above it stand the loop over frames and the dispatch, where HTTP has Django's."""
    tab, chain, post = await Tab(await do(session, people.member)).open(), [], Door._post

    def spied(self, *args):
        chain.extend(asyncio.run_coroutine_threadsafe(awaiting(tab.task), loop).result())
        return post(self, *args)

    spied.__code__ = spied.__code__.replace(co_filename="a test")
    monkeypatch.setattr(Door, "_post", spied)
    loop = asyncio.get_running_loop()
    await tab.ask("posted", t="post", room=people.shared.pk, id=str(uuid.uuid4()), body="数えて")
    assert chain == ["routing.py:__call__", "routing.py:__call__", "consumers.py:tab", "consumers.py:receive", "consumers.py:post"]
    assert witness.stack == ["consumers.py:_post", "room.py:post"]
    assert len([*chain[4:], *witness.stack]) == 3


async def awaiting(task):
    """Our own coroutines of a task, from the outermost to the one that waits."""
    found, coroutine = [], task.get_coro()
    while coroutine is not None and hasattr(coroutine, "cr_code"):
        found.append(own(coroutine.cr_code))
        coroutine = coroutine.cr_await
    return [name for name in found if name]


@live
async def test_one_render_for_twenty_watchers_and_every_answer(people, monkeypatch):
    rendered, render = [], markup.render_to_string
    monkeypatch.setattr(markup, "render_to_string", lambda *args, **how: rendered.append(args[0]) or render(*args, **how))
    clients = [await do(session, person) for person in (people.member, people.neighbour)]
    tabs = [await Tab(client).open() for client in clients * 10]
    for tab in tabs:
        await tab.ask("watching", t="watch", room=people.shared.pk)
    url = f"/chat/rooms/{people.shared.pk}"
    answer = await do(clients[0].post, f"{url}/messages/", {"id": str(uuid.uuid4()), "body": "一度だけ描く"})
    shown = [(await tab.next("change", last_number=1))["items"][0][1] for tab in tabs]
    page = (await do(clients[1].get, f"{url}/changes/?after=0")).json()
    assert {answer.json()["html"], *shown, page["items"][0][1]} == {answer.json()["html"]}
    assert rendered == ["chat/_message.jinja"]


def crowd(room, number):
    """Seats so many invented colleagues in a room."""
    people = Person.objects.bulk_create(Person(email=f"p{n}@city.fukaya.example", name=f"職員{n}") for n in range(number))
    rights = Affiliation.objects.bulk_create(Affiliation(person=p, organization=room.organization) for p in people)
    by = Person.objects.get(is_superuser=True)
    Verification.objects.bulk_create(Verification(affiliation=a, by=by, method="application") for a in rights)
    Membership.objects.bulk_create(Membership(room=room, person=p, organization=room.organization) for p in people)


def test_a_post_costs_as_many_queries_for_two_thousand_as_for_two(people):
    def queries():
        with CaptureQueriesContext(connections["default"]) as captured:
            message = say(people.shared, people.member, "何人いても同じ")
            heard = snapshots.change(people.shared.pk, message.change - 1)
        assert len(heard.starts) == Membership.objects.standing().filter(room=people.shared).count()
        return [query["sql"].split(" WHERE")[0] for query in captured]

    few = queries()
    crowd(people.shared, 1998)
    assert people.shared.memberships.standing().count() == 2000
    many = queries()
    assert len(many) == len(few) < 20


@live
async def test_pokes_carry_no_content(people, monkeypatch):
    pokes, layer = [], get_channel_layer()
    send = layer.group_send

    async def heard(group, message):
        pokes.append((group, message))
        await send(group, message)

    monkeypatch.setattr(layer, "group_send", heard)
    tab = await Tab(await do(session, people.member)).open()
    await tab.ask("watching", t="watch", room=people.shared.pk)
    await do(say, people.shared, people.neighbour, "中身")
    await tab.ask("posted", t="post", room=people.shared.pk, id=str(uuid.uuid4()), body="中身")
    tab.send(t="typing", room=people.shared.pk, body="中身", type="person")
    tab.send(t="read", room=people.shared.pk, number=2, type="person")
    await tab.until(lambda: tab.got("read"))
    await do(_everything_else, people)
    kinds = {"room": {"room", "change"}, "read": {"room", "person"}, "typing": {"room", "person"}, "person": {"person"}}
    assert {poke["type"] for _group, poke in pokes} == set(kinds)
    for group, poke in pokes:
        assert poke.keys() == {"type", *kinds[poke["type"]]}
        assert all(type(value) is int for key, value in poke.items() if key != "type")
        assert group == ("people" if poke["type"] == "person" else f"room.{poke['room']}")


def _everything_else(people):
    message = say(people.shared, people.member, "中身")
    message.edit(people.member, "別の中身")
    message.withdraw(people.member)
    seats.admit(people.shared, people.member, people.colleague.affiliations.get())
    seats.leave(people.shared, people.neighbour)
