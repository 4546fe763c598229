"""Seats in time: history, coming back, requests that outlive what they were asked by, and who is counted as a reader."""
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Affiliation, Department, Verification
from chat.models import Membership, Message, Room, RoomRequest, directory, seats
from chat.tasks import settle_memberships

from ..cast import affiliate, fresh, organization, say

pytestmark = pytest.mark.django_db


def bodies_seen(person, room):
    return [m.body for m in Message.objects.visible_to(person).filter(room=room)]


def aged(affiliation, days=365):
    """The affiliation, begun earlier."""
    affiliation.starts -= timedelta(days=days)
    affiliation.save()
    return affiliation


# -- history -------------------------------------------------------------------------------------------------------


def test_nobody_gives_more_history_than_they_may_read(people):
    say(people.shared, people.member, "愛荘町が来る前")
    seats.leave(people.shared, people.neighbour)
    say(people.shared, people.member, "愛荘町がいない間")
    seats.accept(seats.admit(people.shared, people.member, people.neighbour.affiliations.get()), people.neighbour)
    seats.leave(people.shared, people.member)  # the neighbour keeps the room now
    say(people.shared, people.neighbour, "愛荘町だけの話")
    seats.admit(people.shared, people.neighbour, people.outsider.affiliations.get(), history=True)
    assert bodies_seen(people.outsider, people.shared) == ["愛荘町だけの話"]


def test_the_rooms_own_body_keeps_it_when_its_keeper_goes(people):
    seats.admit(people.shared, people.member, people.colleague.affiliations.get())  # joined after the neighbour
    seats.leave(people.shared, people.member)
    assert people.shared.memberships.standing().get(is_keeper=True).person == people.colleague


# -- transfers and withdrawals --------------------------------------------------------------------------------------


def test_a_new_title_in_the_same_department_hides_nothing_of_the_day(people):
    row = aged(people.member.affiliations.get())
    say(people.department_room, people.member, "朝の話")
    row.transfer(people.administrator, people.shimin, "係長")
    seats.settle(people.member)
    say(people.department_room, people.member, "昼の話")
    assert bodies_seen(people.member, people.department_room) == ["朝の話", "昼の話"]


def test_two_affiliations_in_one_department_settle_once(people):
    affiliate(people.member, people.shimin, people.operator, is_primary=False)
    seats.settle(people.member)
    assert seats.settle(people.member) is False


def test_what_was_said_after_a_withdrawal_stays_closed_though_an_end_was_planned(people):
    say(people.shared, people.neighbour, "いたとき")
    row = people.neighbour.affiliations.get()
    Affiliation.objects.filter(pk=row.pk).update(ends=timezone.localdate() + timedelta(days=100))
    row.withdraw(people.operator, "出向の終了")
    say(people.shared, people.member, "もういないとき")
    affiliate(people.neighbour, people.jumin, is_primary=False)
    seats.settle(people.neighbour)
    again = people.neighbour.affiliations.get(verification=None)
    Affiliation.objects.filter(pk=again.pk).update(is_contact=True)
    again.vouch(people.operator, Verification.Method.APPLICATION)
    seats.accept(seats.admit(people.shared, people.member, again), fresh(people.neighbour))
    assert bodies_seen(people.neighbour, people.shared) == ["いたとき"]


def test_a_login_taken_away_keeps_what_was_read_under_an_affiliation_begun_later(people):
    row = aged(people.member.affiliations.get())
    row.transfer(people.administrator, people.ict)
    Message.objects.filter(room=people.shared).delete()
    say(people.shared, people.member, "異動のあと")
    people.member.deactivate()
    seats.settle(people.member)
    seat = Membership.objects.filter(room=people.shared, person=people.member).latest("pk")
    assert seat.left_at and seat.until_number == 1


def test_an_ending_written_by_two_at_once_is_written_once(people):
    people.neighbour.affiliations.get().withdraw(people.operator, "退職")
    stale = Membership.objects.stale().get(person=people.neighbour, room=people.shared)
    seats.settle(people.neighbour)
    say(people.shared, people.member, "そのあと")
    before = Room.objects.get(pk=people.shared.pk).last_change
    seats._end_stale(stale)  # the other process had read its list before
    stale.refresh_from_db()
    assert stale.until_number == 0 and Room.objects.get(pk=people.shared.pk).last_change == before


# -- requests --------------------------------------------------------------------------------------------------------


def test_a_request_whose_asker_left_the_room_is_gone_not_a_failure(people, client):
    seats.admit(people.closed, people.colleague, people.administrator.affiliations.get())
    seats.leave(people.closed, people.colleague)
    client.force_login(people.neighbour)
    assert not RoomRequest.objects.for_person(people.neighbour).exists()
    assert client.post(f"/chat/requests/{people.request.pk}/acceptance/").status_code == 404


def test_asking_again_replaces_a_request_that_nobody_can_answer(people):
    seats.admit(people.closed, people.colleague, people.administrator.affiliations.get())
    seats.leave(people.closed, people.colleague)
    again = seats.admit(people.closed, people.administrator, people.neighbour.affiliations.get(), note="あらためて")
    assert list(RoomRequest.objects.for_person(people.neighbour)) == [again]
    assert seats.accept(again, people.neighbour) == people.closed


def test_a_person_asked_as_one_body_and_now_of_another_is_asked_anew(people):
    affiliate(people.neighbour, people.shimin, people.operator, is_primary=False)
    people.neighbour.affiliations.get(organization=people.aisho).withdraw(people.operator, "出向")
    assert not RoomRequest.objects.for_person(fresh(people.neighbour)).exists()
    mine = people.neighbour.affiliations.get(organization=people.fukaya)
    seats.admit(people.closed, people.colleague, mine)
    assert Room.objects.for_person(people.neighbour).filter(pk=people.closed.pk).exists()


def test_an_acceptance_is_not_swallowed_by_a_seat_that_stands_no_more(people):
    """Left the one body, asked as a member of the other, before anybody wrote the old seat down as ended."""
    affiliate(people.neighbour, people.shimin, people.operator, is_primary=False)
    people.neighbour.affiliations.get(organization=people.aisho).withdraw(people.operator, "出向")
    seats.admit(people.shared, people.member, people.neighbour.affiliations.get(organization=people.fukaya))
    seats.settle(people.neighbour)
    assert Room.objects.for_person(people.neighbour).filter(pk=people.shared.pk).exists()


def test_a_removed_person_holds_no_older_request_to_come_back_by(people):
    affiliate(people.neighbour, people.shimin, people.operator, is_primary=False)
    mine = people.neighbour.affiliations.get(organization=people.fukaya)
    seats.admit(people.closed, people.colleague, mine)  # asked as 愛荘町 before, brought in as 深谷市
    seats.remove(people.closed, people.colleague, people.neighbour)
    assert not RoomRequest.objects.for_person(fresh(people.neighbour)).exists()


def test_people_of_a_shared_room_are_found_as_what_they_are_there(people):
    brigade = organization(None, "愛荘町消防団", "union", "滋賀県", "shobodan.aisho.example")
    affiliate(people.neighbour, Department.objects.create(organization=brigade, name="本部"), people.operator, is_primary=False)
    assert [a.badge for a in directory(people.member).filter(person=people.neighbour)] == ["愛荘町 住民課"]


# -- reading ---------------------------------------------------------------------------------------------------------


def test_nobody_is_said_to_have_read_what_they_may_not_see(people, client):
    say(people.closed, people.colleague, "内輪の話")
    seats.accept(people.request, people.neighbour)
    client.force_login(people.colleague)
    page = client.get(f"/chat/rooms/{people.closed.pk}/messages/1/readers/").content.decode()
    assert people.neighbour.name not in page


def test_one_who_came_back_has_read_what_they_read_before(people, client):
    first = say(people.shared, people.member, "一緒にいたとき")
    people.shared.memberships.get(person=people.neighbour, left_at=None).read_to(first.number)
    seats.leave(people.shared, people.neighbour)
    say(people.shared, people.member, "いない間")
    seats.accept(seats.admit(people.shared, people.member, people.neighbour.affiliations.get()), people.neighbour)
    client.force_login(people.member)
    pages = [client.get(f"/chat/rooms/{people.shared.pk}/messages/{n}/readers/").content.decode() for n in (1, 2)]
    assert people.neighbour.name in pages[0] and people.neighbour.name not in pages[1]


def test_the_worker_writes_down_what_time_has_brought(people):
    """No poke comes at midnight: the worker ends what has ended and opens the new department's room."""
    affiliation = people.colleague.affiliations.get()
    Affiliation.objects.filter(pk=affiliation.pk).update(
        starts=timezone.localdate() - timedelta(days=9), ends=timezone.localdate() - timedelta(days=1)
    )
    new = Affiliation.objects.create(person=people.colleague, organization=people.fukaya, department=people.shimin)
    Verification.objects.create(affiliation=new, by=people.operator, method="application")
    settle_memberships()
    settle_memberships()
    rooms = Room.objects.for_person(people.colleague)
    assert people.department_room in rooms and not rooms.filter(department=people.ict).exists()
    assert people.ict.room.memberships.filter(person=people.colleague, left_at__isnull=False).count() == 1
