"""A message's way in: who must not, what is refused, and what a resend gives."""
import uuid

import pytest

from chat.markup import markup
from chat.models import Closed, Conflict, Draft, Grown, Message, Room, seats

from ..cast import post, say


@pytest.mark.parametrize("visitor", ["pending", "withdrawn", "outsider", "administrator", "removed", "operator"])
def test_nobody_outside_the_room_posts(people, visitor):
    with pytest.raises(Room.DoesNotExist):
        say(people.shared, getattr(people, visitor), "入れてはいけない")
    assert not Message.objects.filter(room=people.shared).exists()


def test_numbers_are_consecutive_and_a_post_keeps_its_affiliation(people):
    first, second = post(people.shared, people.member, "一つ目", "二つ目")
    third = say(people.shared, people.neighbour, "三つ目")
    assert [first.number, second.number, third.number] == [1, 2, 3]
    assert first.badge == "深谷市 市民課" and third.badge == "愛荘町 住民課"


def test_a_resend_returns_the_stored_message(people):
    draft = Draft(uuid.uuid4(), "一度だけ")
    assert people.shared.post(people.member, [draft])[0].pk == people.shared.post(people.member, [draft])[0].pk
    assert Message.objects.filter(room=people.shared).count() == 1


def test_a_client_id_is_not_reused(people):
    draft = Draft(uuid.uuid4(), "市民課だけに")
    people.shared.post(people.member, [draft])
    with pytest.raises(Conflict):
        people.direct.post(people.member, [draft])
    with pytest.raises(Conflict):
        people.shared.post(people.member, [Draft(draft.client_id, "別の言葉")])


def test_words_go_back_when_the_audience_has_grown(people):
    seen = people.shared.audience_change
    seats.admit(people.shared, people.member, people.colleague.affiliations.get())
    with pytest.raises(Grown):
        people.shared.post(people.member, [Draft(uuid.uuid4(), "内輪の話", audience=seen)])
    people.shared.refresh_from_db()
    assert people.shared.post(people.member, [Draft(uuid.uuid4(), "承知で", audience=people.shared.audience_change)])


def test_a_direct_room_between_bodies_opens_on_acceptance(people):
    room = seats.open_direct(people.member, people.neighbour.affiliations.get(), "様式のことで")
    with pytest.raises(Closed):
        say(room, people.member, "まだ開いていない")
    assert not Room.objects.for_person(people.neighbour).filter(pk=room.pk).exists()
    seats.accept(people.neighbour.room_requests.get(room=room), people.neighbour)
    assert say(room, people.neighbour, "こんにちは").number == 1


def test_coming_back_does_not_reopen_the_gap(people):
    say(people.shared, people.neighbour, "一緒にいたとき")
    seats.leave(people.shared, people.neighbour)
    say(people.shared, people.member, "いない間")
    seats.accept(seats.admit(people.shared, people.member, people.neighbour.affiliations.get()), people.neighbour)
    say(people.shared, people.member, "戻ってから")
    seen = Message.objects.visible_to(people.neighbour).filter(room=people.shared)
    assert [m.body for m in seen] == ["一緒にいたとき", "戻ってから"]


def test_a_transfer_closes_the_department_and_keeps_the_group(people):
    say(people.department_room, people.member, "前の課の話")
    affiliation = people.member.affiliations.get()
    affiliation.starts = affiliation.starts.replace(year=affiliation.starts.year - 1)
    affiliation.save()
    affiliation.transfer(people.administrator, people.ict)
    seats.settle(people.member)
    open_now = Room.objects.for_person(people.member)
    assert people.department_room not in open_now and people.shared in open_now
    assert Room.objects.get(department=people.ict) in open_now
    assert say(people.shared, people.member, "異動しました").badge == "深谷市 ICT推進室"


def test_a_renamed_department_leaves_old_posts_as_they_were(people):
    old = say(people.shared, people.member, "三月の話")
    people.shimin.name = "市民生活課"
    people.shimin.save()
    old.refresh_from_db()
    assert "深谷市 市民課" in markup(old) and "市民生活課" not in markup(old)
    assert "深谷市 市民生活課" in markup(say(people.shared, people.member, "四月の話"))
