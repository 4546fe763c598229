"""The demo: the same every time, only in an empty database, and never in a state the real deeds could not have made."""
import random
from collections import defaultdict
from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from accounts import demo
from accounts.management.commands import demo as command
from accounts.models import Affiliation, Department, MailDomain, Organization, Person
from chat.demo import hours
from chat.models import Membership, Message, Room, RoomRequest, seats

NOW = datetime(2026, 11, 20, 14, 20, tzinfo=ZoneInfo("Asia/Tokyo"))  # a Friday


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    """The small demo, written once for the tests that only read it; rolled back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_organizations", stdout=StringIO())
        command.fill(demo.SMALL, NOW)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def small(filled, django_db_blocker):
    with django_db_blocker.unblock():
        yield


def assert_room_is_true(room, messages, memberships):
    """What `Room.post`, `Message.edit` and the seats guarantee of one room, its messages in order of number."""
    assert [message.number for message in messages] == list(range(1, len(messages) + 1)), room.pk
    assert room.last_number == len(messages)
    changes = [message.change for message in messages]
    assert len(set(changes)) == len(changes) and all(m.number <= m.change <= room.last_change for m in messages)
    untouched = [message.change for message in messages if not (message.edited_at or message.withdrawn_at)]
    assert untouched == sorted(untouched)
    assert room.last_change >= len(messages) + len(memberships) and 0 < room.audience_change <= room.last_change
    assert room.posted_at == (messages[-1].posted_at if messages else None)
    times = [message.posted_at for message in messages]
    assert times == sorted(times)
    assert bool(room.direct_key) == (room.kind == Room.Kind.DIRECT)
    if room.direct_key:
        assert room.direct_key == "-".join(str(pk) for pk in sorted(seat.person_id for seat in memberships))
    for seat in memberships:
        assert seat.from_number <= room.last_number + 1 and seat.read_number <= room.last_number
        assert seat.from_number - 1 <= seat.read_number or seat.from_number == 1
        assert (seat.left_at is None) == (seat.until_number is None)
    standing = [seat.person_id for seat in memberships if seat.left_at is None]
    assert len(standing) == len(set(standing))


def assert_author_was_there(message, periods):
    """The author was a member at that number, and stood for that body on that day."""
    day, right = timezone.localdate(message.posted_at), message.affiliation
    assert right.person_id == message.author_id and hasattr(right, "verification")
    assert right.starts <= day and (right.ends is None or day <= right.ends), (message.pk, day)
    assert any(
        seat.organization_id == right.organization_id and seat.affiliation_id in (None, right.pk)
        and seat.from_number <= message.number and (seat.until_number is None or message.number <= seat.until_number)
        and seat.joined_at <= message.posted_at
        for seat in periods
    ), message.pk


def assert_invariants(now):
    """Every room, membership and message of this database."""
    messages, memberships, periods = defaultdict(list), defaultdict(list), defaultdict(list)
    for message in Message.objects.select_related("affiliation__verification").order_by("room", "number"):
        messages[message.room_id].append(message)
    for seat in Membership.objects.all():
        memberships[seat.room_id].append(seat)
        periods[seat.room_id, seat.person_id].append(seat)
    for room in Room.objects.all():
        assert_room_is_true(room, messages[room.pk], memberships[room.pk])
        for message in messages[room.pk]:
            assert_author_was_there(message, periods[room.pk, message.author_id])
            assert message.posted_at <= now and hours.is_workday(timezone.localdate(message.posted_at))
            assert 8 <= timezone.localtime(message.posted_at).hour < 20


def test_the_demo_keeps_every_invariant(small):
    assert_invariants(NOW)
    assert Message.objects.count() == 1_200 and Person.objects.count() == demo.SMALL.people


@pytest.mark.parametrize("fault", [
    lambda: Message.objects.filter(number=3).update(number=5_000),
    lambda: Message.objects.filter(number=3).update(change=2),
    lambda: Message.objects.filter(number=3).update(posted_at=NOW + timedelta(minutes=1)),
    lambda: Message.objects.filter(number=3).update(author=Person.objects.get(is_superuser=True)),
    lambda: Membership.objects.filter(left_at=None).update(read_number=9_999),
    lambda: Membership.objects.filter(person__name="髙橋 由佳").update(from_number=20),
    lambda: Room.objects.update(last_number=F("last_number") + 1),
    lambda: Room.objects.filter(kind="direct").update(direct_key=Concat("direct_key", Value("0"))),
])
def test_a_planted_fault_is_found(small, fault):
    with transaction.atomic():
        assert fault()
        with pytest.raises(AssertionError):
            assert_invariants(NOW)
        transaction.set_rollback(True)


def test_the_worker_finds_nothing_to_settle(small):
    assert not [person for person in Person.objects.all() if seats.settle(person)]


def test_who_signs_in_has_the_standing_the_table_says(small):
    assert demo.is_here()
    people = {address: Person.objects.get(email=address, name=name) for address, name, _post in demo.SIGN_INS}
    clerk, contact, administrator, neighbour, pending, operator = people.values()
    assert all(person.check_password(demo.PASSWORD) for person in people.values())
    assert clerk.standings[0].badge == "深谷市 市民課" and contact.standings[0].is_contact
    assert administrator.administers(Organization.objects.get(code="112186"))
    assert neighbour.administers(Organization.objects.get(code="254258"))
    assert not pending.standings and pending.affiliations.pending().exists()
    assert operator.is_superuser and not operator.affiliations.exists()
    assert RoomRequest.objects.for_person(clerk).get().by.organization.label == "東近江市"


def test_something_waits_unread_and_something_was_taken_back(small):
    shared = Room.objects.get(name="書かない窓口 共同検討")
    assert len(shared.audience()) == 4 and sum(people for _body, people in shared.audience()) == 38
    for name in ("髙橋 由佳", "𠮷田 健吾"):
        unread = Membership.objects.standing().with_unread().filter(person__name=name, unread__gt=0)
        assert unread.count() >= 3
    assert shared.messages.filter(withdrawn_at__isnull=False, body="").exists()
    assert shared.messages.filter(edited_at__isnull=False).exists()


def test_an_old_post_keeps_the_old_affiliation(small):
    posts = Message.objects.filter(author__name="小島 蓮")
    assert {post.badge for post in posts} >= {"深谷市 市民課", "深谷市 ICT推進室"}
    gone = Membership.objects.get(person__name="小島 蓮", room__department__name="市民課")
    assert gone.left_at and gone.until_number >= 1


def test_names_and_addresses_are_invented_and_real_in_form(small):
    names = "".join(Person.objects.values_list("name", flat=True))
    assert all(character in names for character in "髙﨑𠮷邉邊栁") and "長宗我部 龍太郎" in names
    for model, field in ((Person, "email"), (EmailAddress, "email"), (MailDomain, "domain")):
        assert all(value.endswith(".example") for value in model.objects.values_list(field, flat=True))
    hosts = Message.objects.filter(body__contains="://").values_list("body", flat=True)
    assert hosts and all(body.split("://")[1].split("/")[0].endswith(".example") for body in hosts)
    for person in Person.objects.all():
        person.full_clean()
    assert not Affiliation.objects.filter(department=None).exists()


def test_no_slot_is_left_open(small):
    assert not Message.objects.filter(body__regex=r"[{}]").exists()
    assert not Room.objects.filter(topic__regex=r"[{}]").exists()


def contents():
    """Names, badges and words in order, without the ids a database gives."""
    return (
        list(Person.objects.order_by("email").values_list("email", "name", "kana")),
        list(Affiliation.objects.order_by("person__email", "starts").values_list("person__email", "department__name", "starts")),
        list(Message.objects.order_by("room__created_at", "room__name", "posted_at", "number", "body").values_list(
            "room__name", "number", "author__name", "body", "posted_at", "client_id")),
        list(Membership.objects.order_by("person__email", "joined_at", "room__name", "read_number").values_list(
            "person__email", "room__name", "from_number", "read_number")),
    )


def test_two_fills_are_equal(db):
    call_command("load_organizations", stdout=StringIO())
    seen = []
    for _time in range(2):
        with transaction.atomic():
            command.fill(demo.SMALL, NOW)
            seen.append(contents())
            transaction.set_rollback(True)
    assert seen[0] == seen[1]


@pytest.mark.parametrize("moment", [
    "2026-11-22 06:00", "2026-11-24 08:00", "2026-11-24 10:05", "2027-01-01 12:00", "2027-04-02 09:40", "2028-02-29 23:59",
])
def test_nothing_lies_in_the_future_whatever_the_day(db, moment):
    now = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    call_command("load_organizations", stdout=StringIO())
    command.fill(demo.SMALL, now)
    assert_invariants(now)


@pytest.mark.parametrize("leftover", ["person", "department", "room"])
def test_a_database_that_holds_anything_is_refused(db, leftover):
    body = Organization.objects.create(name="深谷市", label="深谷市", kind="city")
    if leftover == "person":
        Person.objects.create_user("someone@city.fukaya.example", "x", name="誰か")
    elif leftover == "department":
        Department.objects.create(organization=body, name="市民課")
    else:
        Room.objects.create(kind=Room.Kind.GROUP, organization=body, name="部屋")
    with pytest.raises(CommandError):
        call_command("demo", stdout=StringIO())
    assert not MailDomain.objects.exists() and not Message.objects.exists() and Organization.objects.count() == 1


def test_the_command_prints_the_sign_ins(db):
    out, lines = StringIO(), StringIO()
    call_command("demo", "--sign-ins", stdout=lines)
    assert lines.getvalue() == ""
    call_command("demo", stdout=out)
    call_command("demo", "--sign-ins", stdout=lines)
    assert lines.getvalue() in out.getvalue() and lines.getvalue().count(demo.PASSWORD) == len(demo.SIGN_INS)


def test_the_clock_of_the_office_never_runs_backwards():
    office = hours.OfficeHours(NOW)
    moments = [office.before(worked) for worked in sorted(random.Random(1).uniform(0, 9_000) for _n in range(500))]
    assert moments == sorted(moments, reverse=True) and moments[0] <= NOW
