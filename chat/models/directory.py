"""Who finds whom."""
from django.db.models import Exists, OuterRef, Q

from accounts.models import Affiliation

from .membership import Membership
from .room import Room


def directory(person):
    """The affiliations this person may find: their own bodies' staff, contact points, and people they share a room with —
    these as what they are there, not what else they may be elsewhere.

    Somebody for whom no body vouches finds nobody.
    """
    own = person.affiliations.standing().values("organization")
    if not own.exists():
        return Affiliation.objects.none()
    shared = Membership.objects.standing().filter(
        room__in=Room.objects.for_person(person), person=OuterRef("person"), organization=OuterRef("organization")
    )
    return (
        Affiliation.objects.standing()
        .filter(Q(organization__in=own) | Q(is_contact=True) | Exists(shared))
        .select_related("person", "organization", "department")
    )
