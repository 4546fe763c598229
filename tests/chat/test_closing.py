"""Whoever loses a room loses it on the open socket too, and whoever loses the session loses the socket: within 2 s."""
import uuid

import pytest
from allauth.account.adapter import get_adapter

from accounts.models import Person
from chat.models import Message, seats

from ..cast import PASSWORD, say
from .tab import Tab, do, live, session

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT = 2.0  # seconds
NEW = "mado-wo-akete-hanasu-2026"


def change_password(people, client):
    """By oneself, in another browser."""
    other = session(people.neighbour)
    answer = other.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert answer.status_code in (200, 302)


ROOM_GOES = {
    "removal": lambda people, client: seats.remove(people.shared, people.member, people.neighbour),
    "leaving": lambda people, client: client.post(f"/chat/rooms/{people.shared.pk}/leaving/"),
}
SESSION_GOES = {
    "logout": lambda people, client: client.post("/account/logout/"),
    "password changed": change_password,
    "password reset": lambda people, client: get_adapter().set_password(Person.objects.get(pk=people.neighbour.pk), NEW),
    "deactivation": lambda people, client: people.neighbour.deactivate(),
    "confirmation withdrawn": lambda people, client: people.neighbour.affiliations.get().withdraw(people.operator, "退職"),
}


async def two(people):
    """The one who will lose something, with a second tab that watches nothing, and one who stays."""
    client = await do(session, people.neighbour)
    loser, second, stays = await Tab(client).open(), await Tab(client).open(), await Tab(await do(session, people.member)).open()
    for tab in (loser, stays):
        await tab.ask("watching", t="watch", room=people.shared.pk)
    return client, loser, second, stays


@pytest.mark.parametrize("trigger", ROOM_GOES)
@live
async def test_a_lost_room_is_dropped_and_stays_silent(people, trigger):
    client, loser, second, stays = await two(people)
    await do(ROOM_GOES[trigger], people, client)
    for tab in (loser, second):
        await tab.next("gone", LIMIT, room=people.shared.pk)
    await do(say, people.shared, people.member, "もう聞こえない")
    await stays.next("change", last_number=1)
    for tab in (loser, second):
        await tab.settled()
        assert tab.code is None and not tab.got("change") and not tab.got("count")
        assert "もう聞こえない" not in "".join(tab.heard)
    tab.send(t="post", room=people.shared.pk, id=str(uuid.uuid4()), body="もう書けない")
    assert (await tab.next("refused"))["why"] == "gone"


@pytest.mark.parametrize("trigger", SESSION_GOES)
@live
async def test_a_lost_session_closes_its_sockets(people, trigger):
    client, loser, second, stays = await two(people)
    await do(SESSION_GOES[trigger], people, client)
    for tab in (loser, second):
        await tab.until(lambda tab=tab: tab.code, LIMIT)
        assert tab.code == 4001
        tab.send(t="post", room=people.shared.pk, id=str(uuid.uuid4()), body="もう書けない")
    before = [list(tab.heard) for tab in (loser, second)]
    await do(say, people.shared, people.member, "もう聞こえない")
    await stays.next("change", last_number=1)
    await loser.task
    assert [tab.heard for tab in (loser, second)] == before and stays.code is None
    assert [m.body for m in await do(lambda: list(Message.objects.all()))] == ["もう聞こえない"]


@live
async def test_the_browser_in_which_a_password_was_changed_comes_back(people):
    """Its session goes on under a new key, so its tabs close like the others, and open again when asked to."""
    client = await do(session, people.neighbour)
    tab, other = await Tab(client).open(), await Tab(await do(session, people.neighbour)).open()
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert (await do(client.post, "/account/password/change/", form)).status_code in (200, 302)
    for closed in (tab, other):
        await closed.until(lambda closed=closed: closed.code == 4001, LIMIT)
    again = await Tab(client).open()
    assert again.code is None and again.heard


@pytest.mark.parametrize("who", ["pending", "withdrawn", "operator"])
@live
async def test_nobody_without_a_body_hears_a_word(people, who):
    tab = await Tab(await do(session, getattr(people, who))).open()
    assert tab.code == 4001 and tab.heard == []


@live
async def test_nobody_who_is_not_signed_in_is_let_in(people):
    tab = await Tab().open()
    assert tab.code == 4001 and not tab.accepted and tab.heard == []
