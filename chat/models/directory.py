"""Who finds whom."""
from django.db.models import Q

from accounts.models import Affiliation

from .membership import Membership
from .room import Room


def directory(person):
    """The affiliations this person may find: their own bodies' staff, people they share a room with, and contact points.

    Somebody for whom no body vouches finds nobody.
    """
    own = person.affiliations.standing().values("organization")
    if not own.exists():
        return Affiliation.objects.none()
    shared = Membership.objects.standing().filter(room__in=Room.objects.for_person(person)).values("person")
    return (
        Affiliation.objects.standing()
        .filter(Q(organization__in=own) | Q(is_contact=True) | Q(person__in=shared))
        .select_related("person", "organization", "department")
    )
