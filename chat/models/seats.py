"""How people come into rooms and leave them: the only writer of memberships."""
from datetime import datetime, time, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Affiliation, Department, Person

from .directory import directory
from .membership import Membership
from .request import RoomRequest
from .room import Room


def locked(room, by):
    """The room under its lock, if it is open to `by`; Room.DoesNotExist otherwise."""
    room = Room.objects.for_person(by).select_for_update(of=("self",)).get(pk=room.pk)
    if not room.memberships.standing().filter(person=by).exists():
        raise Room.DoesNotExist
    return room


def seat(room, person, organization, *, affiliation=None, since=None, keeper=False):
    """Writes a membership into a locked room. A first-comer reads from the number `since` if given, else from now on.

    Somebody who was here before reads their old period and from now on: the gap stays closed.
    """
    if room.memberships.standing().filter(person=person).exists():
        return
    for left_over in room.memberships.stale().filter(person=person).select_related("person"):
        _end(room, left_over)  # not written down yet, and another right brings them now
    came_back = room.memberships.filter(person=person).exists()
    start = room.last_number + 1 if since is None or came_back else since
    Membership.objects.create(
        room=room, person=person, organization=organization, affiliation=affiliation, from_number=start,
        read_number=room.last_number, is_keeper=keeper,
    )
    # Who came in by another door was asked no more: a request left open would bring them back after a removal.
    room.requests.filter(person=person, answered_at=None).update(answered_at=timezone.now(), accepted=True)
    change = room.last_change + 1
    room.changed(last_change=change, audience_change=change)
    person.standing_changed()


def unseat(room, membership, until=None):
    """Ends a membership of a locked room at its last number (or `until`).

    If its keeper went, another keeps the room: the longest here of the room's own body, else of any.
    """
    until = room.last_number if until is None else until
    Membership.objects.filter(pk=membership.pk).update(left_at=timezone.now(), until_number=until)
    room.changed(last_change=room.last_change + 1)
    membership.person.standing_changed()
    standing = room.memberships.standing()
    if membership.is_keeper and not standing.filter(is_keeper=True).exists():
        longest = standing.order_by("joined_at", "pk")
        heir = longest.filter(organization=room.organization_id).first() or longest.first()
        if heir:
            Membership.objects.filter(pk=heir.pk).update(is_keeper=True)


def _home(by, organization=None):
    """The standing of `by` in the given body (or the primary one); PermissionDenied without one."""
    for standing in by.standings:
        if organization in (None, standing.organization):
            return standing
    raise PermissionDenied


@transaction.atomic
def start_group(by, name, topic=""):
    """`by` opens a group room of their primary body and keeps it. Returns the room."""
    standing = _home(by)
    room = Room.objects.create(kind=Room.Kind.GROUP, organization=standing.organization, name=name, topic=topic)
    seat(room, by, standing.organization, keeper=True)
    return room


@transaction.atomic
def open_direct(by, affiliation, note=""):
    """A direct room with the person of `affiliation`: at once inside one body, on acceptance between bodies.

    Returns the one room these two people have. Raises PermissionDenied for somebody `by` cannot find, or oneself.
    """
    other = affiliation.person
    if other == by or not directory(by).filter(pk=affiliation.pk).exists():
        raise PermissionDenied
    shared = {s.organization_id for s in by.standings}
    standing = _home(by, affiliation.organization if affiliation.organization_id in shared else None)
    key = "-".join(str(pk) for pk in sorted((by.pk, other.pk)))
    room, _created = Room.objects.select_for_update(of=("self",)).get_or_create(
        direct_key=key, defaults={"kind": Room.Kind.DIRECT, "organization": standing.organization}
    )
    seat(room, by, standing.organization)
    if room.memberships.standing().filter(person=other).exists():
        return room
    if affiliation.organization_id == standing.organization_id:
        seat(room, other, affiliation.organization)
    else:
        RoomRequest.objects.ask(room, by=standing, affiliation=affiliation, note=note)
    return room


@transaction.atomic
def admit(room, by, affiliation, *, history=False, note=""):
    """A keeper brings in somebody of the keeper's own body, or asks somebody of another body, who then decides.

    With `history` they read as far back as the keeper's own membership does, never what its giver may not see.
    Returns the RoomRequest where one was needed, else None; nothing happens for somebody who is in. Raises
    PermissionDenied without the power or for somebody `by` cannot find; ValidationError for rooms not by invitation.
    """
    room = locked(room, by)
    membership = room.memberships.standing().get(person=by)
    if not membership.is_keeper or not directory(by).filter(pk=affiliation.pk).exists():
        raise PermissionDenied
    if room.kind != Room.Kind.GROUP:
        raise ValidationError(_("この部屋には、人を加えられません。"), code="kind")
    if room.memberships.standing().filter(person=affiliation.person).exists():
        return None
    if affiliation.organization_id == membership.organization_id:
        seat(room, affiliation.person, affiliation.organization, since=membership.from_number if history else None)
        return None
    return RoomRequest.objects.ask(room, by=_home(by, membership.organization), affiliation=affiliation, note=note)


@transaction.atomic
def accept(request, by):
    """The invited person opens the room. They read from here on. Raises PermissionDenied unless asked and still standing.

    The asker must still be in the room: an invitation whose sender has gone opens nothing.
    """
    Room.objects.select_for_update(of=("self",)).filter(requests=request.pk).first()  # before the request, as who asks does
    request = RoomRequest.objects.for_person(by).select_for_update(of=("self",)).filter(pk=request.pk).first()
    if request is None:
        raise PermissionDenied
    room = Room.objects.get(pk=request.room_id)
    request.answer(accepted=True)
    seat(room, by, request.organization)
    return room


@transaction.atomic
def remove(room, by, person):
    """A keeper takes somebody out of a group room. Raises PermissionDenied without the power."""
    room = locked(room, by)
    keeper = room.memberships.standing().filter(person=by, is_keeper=True).exists()
    membership = room.memberships.filter(person=person, left_at=None).first()
    if not keeper or room.kind != Room.Kind.GROUP or membership is None or person == by:
        raise PermissionDenied
    unseat(room, membership)


@transaction.atomic
def leave(room, by):
    """Somebody leaves a group room. Department and direct rooms are not left by hand."""
    room = locked(room, by)
    if room.kind != Room.Kind.GROUP:
        raise PermissionDenied
    unseat(room, room.memberships.get(person=by, left_at=None))


def settle(person):
    """Writes down what somebody's standing now means: department rooms open, stale memberships end. Returns True if it wrote."""
    homes = homeless().filter(person=person).select_related("department", "organization", "person")
    opened = [_open_department(home) for home in homes]  # first: a new title in the same department keeps the seat
    stale = list(Membership.objects.stale().filter(person=person))
    for membership in stale:
        _end_stale(membership)
    return bool(stale or opened)


def homeless():
    """The standing affiliations whose department's room their person cannot open."""
    seated = Membership.objects.standing().filter(person=OuterRef("person"), room__department=OuterRef("department"))
    return Affiliation.objects.standing().filter(~Exists(seated), department__isnull=False)


@transaction.atomic
def _end_stale(membership):
    room = Room.objects.select_for_update().get(pk=membership.room_id)
    membership = room.memberships.stale().select_related("person").filter(pk=membership.pk).first()
    if membership:  # nobody was faster
        _end(room, membership)


def _end(room, membership):
    """Ends a stale membership of a locked room at the last number before its right ended."""
    ended = _ended_at(membership)
    last = room.messages.filter(posted_at__lt=ended).order_by("-number").values_list("number", flat=True).first()
    unseat(room, membership, until=max(last or 0, membership.from_number - 1))


def _ended_at(membership):
    """The moment the last of a membership's rights ended: withdrawal, midnight after the affiliation's last day, or now."""
    rights = Affiliation.objects.filter(
        person=membership.person, organization=membership.organization, starts__lte=timezone.localdate(), verification__isnull=False
    )
    if membership.affiliation_id:
        rights = rights.filter(pk=membership.affiliation_id)
    now, ended = timezone.now(), []
    for right in rights.select_related("verification"):
        midnight = right.ends and timezone.make_aware(datetime.combine(right.ends + timedelta(days=1), time()))
        ended.append(min(moment for moment in (now, midnight, right.verification.withdrawn_at) if moment))
    return max(ended, default=now)


@transaction.atomic
def _open_department(affiliation):
    """The seat in the department's own room, history included: the successor must find the thread."""
    room = department_room(affiliation.department)
    left_over = room.memberships.filter(person=affiliation.person, left_at=None).first()
    if left_over and left_over.affiliation.precedes(affiliation):  # the seat is kept, and hangs on the later one
        Membership.objects.filter(pk=left_over.pk).update(affiliation=affiliation)
    else:
        seat(room, affiliation.person, affiliation.organization, affiliation=affiliation, since=1)


def department_room(department: Department):
    """The room of a department, made when it is first needed, under its lock."""
    room, _created = Room.objects.select_for_update(of=("self",)).get_or_create(
        department=department,
        defaults={"kind": Room.Kind.DEPARTMENT, "organization": department.organization, "name": department.name},
    )
    return room


def settle_all():
    """Settles everybody whose memberships or department seats are out of date. For the worker."""
    stale, without = Membership.objects.stale().values("person"), homeless().values("person")
    for person in Person.objects.filter(Q(pk__in=stale) | Q(pk__in=without)):
        settle(person)
