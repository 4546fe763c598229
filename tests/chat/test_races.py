"""Two at once: whoever is second finds it done, is told so in words, and nothing is written twice."""
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from accounts.models import Affiliation, Invitation, Person
from chat.models import Membership, Room, RoomRequest, seats

from ..cast import PASSWORD, cast, fresh, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db):
    """The cast, committed."""
    return cast()


def at_once(*deeds):
    """Runs the deeds in threads of their own, started together; returns what each gave or raised."""
    start, outcomes = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place, deed):
        start.wait()
        try:
            outcomes[place] = deed()
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def refused(outcomes):
    """The refusals; whatever else was raised fails the test."""
    errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert all(isinstance(error, ValidationError | PermissionDenied) for error in errors), errors
    return errors


def test_a_transfer_by_two_is_recorded_once(people):
    row = people.colleague.affiliations.get()
    row.starts -= timedelta(days=9)
    row.save()
    outcomes = at_once(*[
        lambda: Affiliation.objects.get(pk=row.pk).transfer(fresh(people.administrator), people.shimin) for _ in range(4)
    ])
    assert len(refused(outcomes)) == 3 and people.colleague.affiliations.count() == 2


def test_one_confirms_while_another_declines(people):
    pk = people.pending.affiliations.get().pk
    outcomes = at_once(*[
        lambda deed=deed: getattr(Affiliation.objects.get(pk=pk), deed)(fresh(people.administrator))
        for deed in ("confirm", "decline", "confirm", "decline")
    ])
    others = [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, Affiliation.DoesNotExist)]
    assert refused(others) == others
    confirmed = Affiliation.objects.standing().filter(pk=pk).exists()
    assert confirmed == Affiliation.objects.filter(pk=pk).exists() == Person.objects.filter(pk=people.pending.pk).exists()


def test_a_transfer_while_the_word_is_taken_back_leaves_nobody_standing(people):
    for person in (people.colleague, people.member):
        row = person.affiliations.get()
        row.starts -= timedelta(days=9)
        row.save()
        on = timezone.localdate() + timedelta(days=9)
        refused(at_once(
            lambda pk=row.pk, on=on: Affiliation.objects.get(pk=pk).transfer(fresh(people.administrator), people.shimin, on=on),
            lambda pk=row.pk: Affiliation.objects.get(pk=pk).withdraw(fresh(people.administrator), "退職"),
        ))
        assert not person.affiliations.filter(verification__withdrawn_at=None).exists()


def test_an_ending_is_written_once_while_the_room_goes_on(people):
    people.neighbour.affiliations.get().withdraw(people.operator, "退職")
    before = Room.objects.get(pk=people.shared.pk).last_change
    outcomes = at_once(
        *[lambda: seats.settle(fresh(people.neighbour)) for _ in range(4)],
        lambda: post(people.shared, fresh(people.member), *"一二三"),
    )
    assert not refused(outcomes)
    assert Membership.objects.filter(room=people.shared, person=people.neighbour).get().until_number == 0
    assert Room.objects.get(pk=people.shared.pk).last_change == before + 3 + 1


def test_a_request_is_accepted_refused_and_asked_again_at_once(people):
    mine = people.neighbour.affiliations.get()
    outcomes = at_once(
        lambda: seats.accept(RoomRequest.objects.get(pk=people.request.pk), fresh(people.neighbour)),
        lambda: seats.accept(RoomRequest.objects.get(pk=people.request.pk), fresh(people.neighbour)),
        lambda: seats.admit(people.closed, fresh(people.colleague), mine, note="もう一度"),
        lambda: RoomRequest.objects.get(pk=people.request.pk).refuse(fresh(people.neighbour)),
    )
    refused(outcomes)
    accepted = RoomRequest.objects.filter(room=people.closed, person=people.neighbour, accepted=True).count()
    assert Membership.objects.filter(room=people.closed, person=people.neighbour, left_at=None).count() == accepted <= 1


def test_an_invitation_opens_once(people):
    _sent, token = Invitation.objects.issue(people.administrator, people.fukaya, "shinjin@city.fukaya.example")
    outcomes = at_once(*[
        lambda: Invitation.objects.filter(accepted_at=None).get().accept("新人 一", "しんじん はじめ", PASSWORD) for _ in range(3)
    ])
    errors = [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, Invitation.DoesNotExist)]
    assert refused(errors) == errors and Person.objects.filter(email="shinjin@city.fukaya.example").count() == 1
    assert Invitation.objects.open(token) is None


def test_two_open_one_direct_room(people):
    theirs, mine = people.administrator.affiliations.get(), people.colleague.affiliations.get()
    rooms = at_once(
        *[lambda: seats.open_direct(fresh(people.colleague), theirs) for _ in range(2)],
        *[lambda: seats.open_direct(fresh(people.administrator), mine) for _ in range(2)],
    )
    assert not refused(rooms) and len({room.pk for room in rooms}) == 1
    assert rooms[0].memberships.count() == 2
