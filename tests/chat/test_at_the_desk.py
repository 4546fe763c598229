"""A session runs idle without a human deed; a tab's deeds, and its sign of life, keep it; its sockets go with it."""
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Session

from .tab import Tab, do, live, session

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT = 2.0  # seconds


def of(client):
    """The row of a client's session."""
    return Session.objects.get(pk=client.cookies[settings.SESSION_COOKIE_NAME].value)


def age(client, **changes):
    """Moves a session's `seen` or `expire_date` to so long ago."""
    ago = {name: timezone.now() - distance for name, distance in changes.items()}
    Session.objects.filter(pk=of(client).pk).update(**ago)
    return of(client).seen


async def at_a_tab(people, minutes=30):
    """Somebody with a tab in the shared room whose last deed lies so long back."""
    client = await do(session, people.member)
    tab = await Tab(client).open()
    await tab.ask("watching", t="watch", room=people.shared.pk)
    return client, tab, await do(age, client, seen=timedelta(minutes=minutes))


FRAMES = {
    "here": {"t": "here"}, "typing": {"t": "typing", "room": "shared"}, "post": {"t": "post", "room": "shared", "body": "います"},
}


@pytest.mark.parametrize("kind", FRAMES)
@live
async def test_a_deed_in_a_tab_is_written_down(people, kind):
    client, tab, _before = await at_a_tab(people)
    frame = {key: people.shared.pk if value == "shared" else value for key, value in FRAMES[kind].items()}
    tab.send(id=str(uuid.uuid4()), **frame)
    await tab.settled()
    assert timezone.now() - (await do(of, client)).seen < timedelta(seconds=30) and tab.code is None


@live
async def test_what_a_browser_does_by_itself_is_no_deed(people):
    """It watches again after a lost line, and reads whatever comes to an open page with nobody before it."""
    client, tab, before = await at_a_tab(people)
    tab.send(t="watch", room=people.shared.pk)
    tab.send(t="read", room=people.shared.pk, number=0)
    tab.send(t="nonsense")
    await tab.settled()
    assert (await do(of, client)).seen == before


@live
async def test_a_flood_of_signs_costs_one_look(people, monkeypatch):
    client, tab, _before = await at_a_tab(people)
    looks = []
    touch = Session.objects.touch
    monkeypatch.setattr(type(Session.objects), "touch", lambda self, key: (looks.append(key), touch(key))[1])
    for _ in range(500):
        tab.send(t="here")
    await tab.settled()
    assert looks == [(await do(of, client)).pk]


@pytest.mark.parametrize("end", [{"seen": timedelta(minutes=61)}, {"expire_date": timedelta(seconds=1)}])
@live
async def test_the_beat_closes_the_sockets_of_an_ended_session(people, end, monkeypatch):
    monkeypatch.setattr("chat.hub.BEAT", 0.2)
    client, tab, _before = await at_a_tab(people, minutes=0)
    staying = await Tab(await do(session, people.member)).open()
    await do(age, client, **end)
    await tab.until(lambda: tab.code == 4001, LIMIT)
    tab.send(t="here")  # too late
    await tab.task
    assert (await do(of, client)).why_ended() and staying.code is None
    assert (await Tab(client).open()).code == 4001


GONE = {
    "one": lambda client, people: of(client).end(),
    "all": lambda client, people: Session.objects.end_all(people.member),
    "all others, by oneself": lambda client, people: session(people.member).post("/account/sessions/end/"),
    "by the administrator": lambda client, people: session(people.administrator).post(
        f"/account/staff/{people.member.affiliations.get().pk}/sign-out/"
    ),
}


@pytest.mark.parametrize("deed", GONE)
@live
async def test_a_session_ended_from_elsewhere_closes_its_sockets_at_once(people, deed):
    client, tab, _before = await at_a_tab(people, minutes=0)
    other = await Tab(await do(session, people.neighbour)).open()
    await do(GONE[deed], client, people)
    await tab.until(lambda: tab.code, LIMIT)
    assert tab.code == 4001 and other.code is None


@live
async def test_only_the_one_that_was_ended_closes(people):
    _client, tab, _before = await at_a_tab(people, minutes=0)
    kept = await do(session, people.member)
    staying = await Tab(kept).open()
    await do(lambda: Session.objects.end_all(people.member, keep=of(kept).pk))
    await tab.until(lambda: tab.code == 4001, LIMIT)
    await staying.settled()
    assert staying.code is None
