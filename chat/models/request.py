"""A room between bodies opens when the other side accepts: the request that waits for that answer."""
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Affiliation, Organization, Person
from accounts.text import PlainText

from .membership import Membership
from .room import Room


class RoomRequestQuerySet(models.QuerySet):
    def waiting(self):
        """Not answered yet, in the name of an affiliation that still stands, by somebody still in the room."""
        asker = Membership.objects.standing().filter(room=OuterRef("room"), person=OuterRef("by__person"))
        return self.filter(Exists(asker), answered_at=None, by__in=Affiliation.objects.standing())

    def for_person(self, person):
        """What waits for this person's answer, with what the page shows of the asker."""
        bodies = person.affiliations.standing().values("organization")
        return self.waiting().filter(person=person, organization__in=bodies).select_related(
            "room", "organization", "by__person", "by__organization", "by__department"
        )

    def ask(self, room, by, affiliation, note):
        """Asks the person of `affiliation` into `room` in the name of the affiliation `by`. One open request is enough;
        one that nobody can answer any more (its asker left, its body is not theirs now) is replaced.

        Raises PermissionDenied when they have refused this room before: no is an answer.
        """
        earlier = self.filter(room=room, person=affiliation.person)
        if earlier.filter(answered_at__isnull=False, accepted=False).exists():
            raise PermissionDenied
        request = earlier.waiting().filter(organization=affiliation.organization).first()
        if request is None:
            request, _created = self.update_or_create(
                room=room, person=affiliation.person, answered_at=None,
                defaults={"organization": affiliation.organization, "by": by, "note": note, "at": timezone.now()},
            )
        affiliation.person.standing_changed()
        return request


class RoomRequest(models.Model):
    """Who is asked into which room, by whom, and what came of it."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="requests", verbose_name=_("部屋"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="room_requests", verbose_name=_("招かれた人"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("招かれた団体"))
    by = models.ForeignKey(Affiliation, models.PROTECT, related_name="+", verbose_name=_("招いた人の所属"))
    note = models.CharField(_("ひとこと"), max_length=200, blank=True, validators=[PlainText()])
    at = models.DateTimeField(_("日時"), default=timezone.now)
    answered_at = models.DateTimeField(_("返事の日時"), null=True, blank=True)
    accepted = models.BooleanField(_("受けた"), default=False)

    objects = RoomRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("部屋への招待")
        verbose_name_plural = pgettext_lazy("plural", "部屋への招待")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["room", "person"], condition=Q(answered_at=None), name="one_open_request")
        ]

    def __str__(self):
        return f"{self.room} ← {self.person}"

    def answer(self, accepted):
        """Writes the answer down."""
        self.answered_at, self.accepted = timezone.now(), accepted
        self.save(update_fields=["answered_at", "accepted"])

    @transaction.atomic
    def refuse(self, by):
        """The invited person says no. Raises PermissionDenied for anybody else."""
        request = RoomRequest.objects.for_person(by).select_for_update(of=("self",)).filter(pk=self.pk).first()
        if request is None:
            raise PermissionDenied
        request.answer(accepted=False)
        request.by.person.standing_changed()
