"""Who is in a room: from which number, until which number, and by what right."""
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Affiliation, Organization, Person

from .. import broadcasts


def _rights():
    """The standing affiliations that carry a membership: the one it hangs on, else any in the body it was granted for."""
    return Affiliation.objects.standing().filter(
        person=OuterRef("person"), organization=OuterRef("organization"), pk=Coalesce(OuterRef("affiliation"), F("pk"))
    )


class MembershipQuerySet(models.QuerySet):
    def standing(self):
        """Memberships that open their room now: not left, and their right still stands. The one list of a room's people."""
        return self.filter(Exists(_rights()), left_at=None)

    def stale(self):
        """Memberships not left whose right stands no more: they open nothing, and wait to be written down as ended."""
        return self.filter(~Exists(_rights()), left_at=None)

    def covering(self, number):
        """Periods, past or present, in which the post of that number may be read."""
        return self.filter(Q(until_number=None) | Q(until_number__gte=number), from_number__lte=number)

    def speaking(self):
        """With `speaks_as`, the id of the affiliation under which a post of theirs is written, the primary one first."""
        best = _rights().order_by("-is_primary", "starts", "pk").values("pk")[:1]
        return self.annotate(speaks_as=Subquery(best))

    def with_unread(self):
        """With `unread`: posts above what was read, and never below where the membership begins."""
        start = Greatest(F("read_number"), F("from_number") - 1)
        return self.annotate(unread=Greatest(F("room__last_number") - start, 0))


class Membership(models.Model):
    """A period of one person in one room. Coming back is a new period, so the gap between stays closed.

    It hangs on a body — it stands while that body vouches for the person, whatever the department — and, where
    `affiliation` is set (department rooms), on that one affiliation, so that a transfer closes it by itself.
    """

    room = models.ForeignKey("chat.Room", models.CASCADE, related_name="memberships", verbose_name=_("部屋"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", verbose_name=_("人"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("団体"))
    affiliation = models.ForeignKey(Affiliation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所属"))
    from_number = models.PositiveBigIntegerField(_("読める最初の番号"), default=1)
    until_number = models.PositiveBigIntegerField(_("読める最後の番号"), null=True, blank=True)
    read_number = models.PositiveBigIntegerField(_("読んだ番号"), default=0)
    is_keeper = models.BooleanField(_("世話役"), default=False)
    joined_at = models.DateTimeField(_("入った日時"), default=timezone.now)
    left_at = models.DateTimeField(_("出た日時"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("部屋の人")
        verbose_name_plural = pgettext_lazy("plural", "部屋の人")
        constraints = [
            models.UniqueConstraint(fields=["room", "person"], condition=Q(left_at=None), name="one_open_membership")
        ]
        indexes = [models.Index(fields=["person", "room"], condition=Q(left_at=None), name="membership_open")]

    def __str__(self):
        return f"{self.person} / {self.room}"

    def read_to(self, number):
        """Raises what this person has read to `number`, never lowers it, never above the last post. True if it rose."""
        number = min(number, self.room.last_number)
        rose = Membership.objects.filter(pk=self.pk, left_at=None, read_number__lt=number).update(read_number=number)
        if rose:
            transaction.on_commit(lambda: broadcasts.poke_read(self.room_id, self.person_id), robust=True)
        return bool(rose)
