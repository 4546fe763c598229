"""The list of rooms as one person sees it: named, sorted into sections, with honest unread counts."""
from dataclasses import dataclass

from accounts.models import Affiliation

from .models import Membership, Room


@dataclass(frozen=True)
class Place:
    """A room as it stands in one person's list: a direct room bears the other's name."""

    pk: int
    kind: str
    name: str
    beyond: bool
    unread: int = 0
    last_number: int = 0
    other: int | None = None


def places(person):
    """`{"inside": [...], "beyond": [...], "direct": [...]}` of Places, latest talk first, in four queries."""
    own = Membership.objects.standing().filter(person=person).with_unread().select_related("room")
    memberships = sorted(own, key=lambda m: (m.room.posted_at or m.joined_at, m.room_id), reverse=True)
    bodies = {standing.organization_id for standing in person.standings}
    outside = _outside([m.room_id for m in memberships], bodies)
    others = _others([m.room_id for m in memberships if m.room.kind == Room.Kind.DIRECT], person)
    sections = {"inside": [], "beyond": [], "direct": []}
    for membership in memberships:
        room = membership.room
        other, name, organization = others.get(room.pk, (None, room.name, room.organization_id))
        beyond = room.pk in outside or organization not in bodies
        section = "direct" if room.kind == Room.Kind.DIRECT else "beyond" if beyond else "inside"
        sections[section].append(Place(room.pk, room.kind, name, beyond, membership.unread, room.last_number, other))
    return sections


def _outside(room_ids, bodies):
    """Those of the rooms in which somebody of another body can read."""
    seats = Membership.objects.standing().filter(room__in=room_ids).exclude(organization__in=bodies)
    return set(seats.values_list("room", flat=True).distinct())


def _others(room_ids, person):
    """`{room: (person id, name, organization id)}` of the other side of direct rooms: members past or present, or asked."""
    found = {}
    asked = Room.objects.filter(pk__in=room_ids, requests__isnull=False).values_list(
        "pk", "requests__person", "requests__person__name", "requests__organization"
    )
    seated = Membership.objects.filter(room__in=room_ids).exclude(person=person).values_list(
        "room", "person", "person__name", "organization"
    )
    for room, other, name, organization in [*asked, *seated]:
        if other != person.pk:
            found[room] = (other, name, organization)
    return found


def seated_for(room, viewer):
    """The room's memberships with `badge`, the affiliation each speaks as, and `is_other`: beyond the viewer's bodies."""
    seated, own = list(room.seated()), {standing.organization_id for standing in viewer.standings}
    badges = Affiliation.objects.select_related("person", "organization", "department").in_bulk([s.speaks_as for s in seated])
    for seat in seated:
        seat.badge, seat.is_other = badges[seat.speaks_as], seat.organization_id not in own
    return seated
