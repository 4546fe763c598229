"""The live room as its people see it: who is told what, in which words, and who hears nothing."""
import contextlib
import json
import uuid

import pytest

import chat.hub
from chat import broadcasts
from chat.models import Message, seats

from ..cast import post, say
from .tab import Tab, do, live, session

pytestmark = pytest.mark.django_db(transaction=True)


async def watching(person, room):
    """A tab of somebody who has the room before them."""
    tab = await Tab(await do(session, person)).open()
    await tab.ask("watching", t="watch", room=room.pk)
    return tab


def bring_in(people):
    """The keeper brings a colleague into the shared room, from now on."""
    seats.admit(people.shared, people.member, people.colleague.affiliations.get())


@live
async def test_a_post_is_answered_and_told_in_one_and_the_same_text(people):
    tabs = [await watching(person, people.shared) for person in (people.member, people.neighbour, people.neighbour)]
    client_id = str(uuid.uuid4())
    tabs[0].send(t="post", room=people.shared.pk, id=client_id, body="様式の件")
    answer = await tabs[0].until(lambda: tabs[0].got("posted"))
    for tab in tabs:
        await tab.until(lambda tab=tab: tab.got("change", last_number=1))
    # The hub's first look at a room it has just opened may come as an empty change before it.
    texts = [next(text for text in tab.frames if '"t":"change"' in text and '"items":[[' in text) for tab in tabs]
    assert texts[0] is texts[1] is texts[2], "encoded once, handed to all"
    [frame] = [change for change in tabs[1].got("change") if change["items"]]
    assert answer[0]["id"] == client_id and frame["items"] == [[1, answer[0]["html"]]] and frame["upto"] == answer[0]["change"]


@live
async def test_only_watchers_get_words_the_others_a_count(people):
    tab, elsewhere = await watching(people.neighbour, people.shared), await Tab(await do(session, people.neighbour)).open()
    await do(say, people.shared, people.member, "見ている人だけに")
    await tab.next("change", last_number=1)
    assert await elsewhere.next("count") == {"t": "count", "room": people.shared.pk, "last_number": 1}
    assert "見ている人だけに" not in "".join(elsewhere.heard)


@live
async def test_a_closed_room_is_silent(people):
    """Nobody sees that a room they are not in is busy: not one byte."""
    outside = [await Tab(await do(session, person)).open() for person in (people.colleague, people.outsider, people.removed)]
    inside = await watching(people.neighbour, people.shared)
    for tab in outside:
        tab.frames.clear()
    for number in range(1, 21):
        message = await do(say, people.shared, people.member, f"{number}件目")
        if number % 5 == 0:
            await do(message.edit, people.member, "直した")
    inside.send(t="read", room=people.shared.pk, number=20)
    inside.send(t="typing", room=people.shared.pk)
    await inside.until(lambda: inside.got("change", last_number=20) and inside.got("read"))
    for tab in outside:
        await tab.settled()
        assert tab.frames == []


@live
async def test_an_edit_and_a_withdrawal_come_as_changes(people):
    tab = await watching(people.neighbour, people.shared)
    message = await do(say, people.shared, people.member, "はじめの言葉")
    first = await tab.next("change", last_number=1)
    await do(message.edit, people.member, "直した言葉")
    edited = await tab.next("change")
    await do(message.withdraw, people.member)
    withdrawn = await tab.next("change")
    [[number, html]] = edited["items"]
    assert number == 1 and "直した言葉" in html and "はじめの言葉" not in html and edited["since"] == first["upto"]
    [[number, html]] = withdrawn["items"]
    assert number == 1 and 'class="msg gone"' in html and "言葉" not in html and withdrawn["since"] == edited["upto"]


@live
async def test_a_newcomer_never_gets_the_edit_of_what_was_before_them(people):
    message = await do(say, people.shared, people.member, "加わる前の話")
    await do(bring_in, people)
    old, new = await watching(people.neighbour, people.shared), await watching(people.colleague, people.shared)
    await do(message.edit, people.member, "加わる前の話、改")
    whole = await old.next("change")
    told = await new.next("change")
    assert whole["items"] and told["items"] == [] and told["since"] == told["upto"] == whole["upto"]
    client = await do(session, people.colleague)
    answer = await do(client.get, f"/chat/rooms/{people.shared.pk}/changes/?after=0")
    assert answer.json()["items"] == [] and answer.json()["upto"] == whole["upto"]
    assert "加わる前" not in "".join(new.heard)


@live
async def test_more_than_a_frame_holds_is_fetched_page_by_page(people):
    tab = await watching(people.neighbour, people.shared)
    start = (await tab.ask("watching", t="watch", room=people.shared.pk))["upto"]
    await do(post, people.shared, people.member, *(f"{n}件目" for n in range(1, 232)))
    told = await tab.next("change")
    assert told["items"] == [] and told["since"] == told["upto"] == start + 231
    client, cursor, found = await do(session, people.neighbour), start, []
    while cursor < told["upto"]:
        page = (await do(client.get, f"/chat/rooms/{people.shared.pk}/changes/?after={cursor}")).json()
        assert page["more"] == (page["upto"] < told["upto"]) and len(page["items"]) <= 100
        found, cursor = found + [number for number, _html in page["items"]], page["upto"]
    assert found == list(range(1, 232))


@live
async def test_what_a_lost_poke_left_out_comes_by_itself(people, monkeypatch):
    monkeypatch.setattr(chat.hub, "BEAT", 0.3)
    tab = await watching(people.neighbour, people.shared)
    monkeypatch.setattr(broadcasts, "poke_room", lambda *_: None)
    await do(say, people.shared, people.member, "合図なし")
    frame = await tab.next("change", last_number=1)
    assert "合図なし" in frame["items"][0][1]


@live
async def test_two_tabs_of_one_person_keep_in_step(people):
    await do(post, people.shared, people.neighbour, "一つ", "二つ")
    one, two = await watching(people.member, people.shared), await Tab(await do(session, people.member)).open()
    other = await Tab(await do(session, people.neighbour)).open()
    beside = await watching(people.neighbour, people.shared)
    one.send(t="read", room=people.shared.pk, number=2)
    mine = {"t": "read", "room": people.shared.pk, "reads": {str(people.member.pk): 2}}
    assert await two.next("read") == mine == await one.next("read") == await beside.next("read")
    one.send(t="read", room=people.shared.pk, number=1)  # never lowers
    await one.settled()
    await other.settled()
    assert not other.got("read") and not one.got("read")
    assert (await two.ask("watching", t="watch", room=people.shared.pk))["reads"][str(people.member.pk)] == 2


@live
async def test_typing_reaches_those_who_watch_and_nobody_else(people):
    one, beside = await watching(people.member, people.shared), await watching(people.neighbour, people.shared)
    elsewhere = await Tab(await do(session, people.neighbour)).open()
    stranger = await Tab(await do(session, people.outsider)).open()
    one.send(t="typing", room=people.shared.pk)
    assert await beside.next("typing") == {"t": "typing", "room": people.shared.pk, "person": people.member.pk}
    stranger.send(t="typing", room=people.shared.pk)
    elsewhere.send(t="typing", room=people.shared.pk)  # does not watch it
    for tab in (one, beside, elsewhere, stranger):
        await tab.settled()
        assert not tab.got("typing")


@live
async def test_a_new_room_appears_on_an_open_socket(people):
    tab = await Tab(await do(session, people.colleague)).open()
    await do(bring_in, people)
    rows = (await tab.next("rooms"))["rooms"]
    assert people.shared.pk in {row["room"] for row in rows}
    await tab.ask("watching", t="watch", room=people.shared.pk)
    await do(say, people.shared, people.member, "ようこそ")
    assert "ようこそ" in (await tab.next("change", last_number=1))["items"][0][1]


@live
async def test_words_for_fewer_ears_go_back(people):
    tab = await watching(people.member, people.shared)
    seen = (await tab.ask("watching", t="watch", room=people.shared.pk))["audience"]
    await do(bring_in, people)
    frame = {"t": "post", "room": people.shared.pk, "id": str(uuid.uuid4()), "body": "内輪の話"}
    tab.send(**frame, audience=seen)
    refused = await tab.next("refused")
    assert refused == {"t": "refused", "id": frame["id"], "why": "grown"} and not await do(Message.objects.count)
    now = (await tab.ask("watching", t="watch", room=people.shared.pk))["audience"]
    assert (await tab.ask("posted", **frame, audience=now))["number"] == 1


@live
async def test_one_client_id_on_two_sockets_is_one_message(people):
    tabs = [await Tab(await do(session, people.member)).open() for _ in range(2)]
    for _ in range(5):
        frame = {"t": "post", "room": people.shared.pk, "id": str(uuid.uuid4()), "body": "一度だけ"}
        for tab in tabs * 2:
            tab.send(**frame)
        for tab in tabs:
            await tab.until(lambda tab=tab, frame=frame: len(tab.got("posted", id=frame["id"])) == 2)
    numbers = {json.loads(text)["number"] for tab in tabs for text in tab.heard if '"posted"' in text}
    assert numbers == {1, 2, 3, 4, 5} and await do(Message.objects.count) == 5


@live
async def test_closing_a_tab_forgets_it(people):
    tab = await watching(people.member, people.shared)
    tab.close()
    with contextlib.suppress(Exception):
        await tab.task
    hub = chat.hub.hub
    assert not hub.people and not hub.rooms and not hub.seen

