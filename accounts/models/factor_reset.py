"""A lost second factor: two people of a body, neither of them the person concerned, take it away. Each asking is kept."""
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from .. import letters
from ..text import PlainText
from .affiliation import Affiliation
from .organization import Organization
from .person import Person
from .session import Session

PATIENCE = timedelta(hours=24)  # the witness's answer counts within this


def stands(person, organization):
    """Whether the body vouches for this person today."""
    return Affiliation.objects.standing().filter(person=person, organization=organization).exists()


class FactorResetQuerySet(models.QuerySet):
    def waiting(self):
        """Not answered, and not too old to be."""
        return self.filter(outcome="", at__gt=timezone.now() - PATIENCE)


class FactorResetManager(models.Manager.from_queryset(FactorResetQuerySet)):
    @transaction.atomic
    def ask(self, by, person, organization, witness, reason):
        """An administrator of a body asks that the second factors of one of its people be deleted, and names who witnesses.

        Returns the FactorReset. Raises PermissionDenied for anybody but an administrator of that body, for oneself, for
        somebody for whom the body does not vouch, and for operators' factors; ValidationError for a witness who is one of
        the two or does not stand in the body, for somebody without a factor, and while another request waits.
        """
        person = Person.objects.select_for_update().get(pk=person.pk)  # two who ask at once: the second finds the first
        if by.pk == person.pk or not by.administers(organization):
            raise PermissionDenied
        if person.is_superuser or not stands(person, organization):
            raise PermissionDenied
        if witness.pk in (by.pk, person.pk) or not stands(witness, organization):
            raise ValidationError(_("立ち会う人は、同じ団体で確認されている、ほかの職員にしてください。"), code="witness")
        if not Authenticator.objects.filter(user=person).exists():
            raise ValidationError(_("この人は、二段階認証を設定していません。"), code="none")
        if self.waiting().filter(person=person).exists():
            raise ValidationError(_("この人の依頼が、すでに返事を待っています。"), code="waiting")
        self.filter(person=person, outcome="").update(outcome=FactorReset.Outcome.EXPIRED)
        asked = self.create(person=person, organization=organization, by=by, witness=witness, reason=reason)
        letters.reset_asked(asked)
        return asked


class FactorReset(models.Model):
    """One request: who asked, for whom, in which body, why, who witnessed, and how it ended."""

    class Outcome(models.TextChoices):
        DONE = "done", _("解除した")
        DECLINED = "declined", _("立ち会う人が断った")
        CANCELLED = "cancelled", _("取りやめた")
        EXPIRED = "expired", _("返事がなかった")

    person = models.ForeignKey(Person, models.PROTECT, related_name="factor_resets", verbose_name=_("人"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="factor_resets", verbose_name=_("団体"))
    by = models.ForeignKey(Person, models.PROTECT, related_name="resets_asked", verbose_name=_("頼んだ管理者"))
    witness = models.ForeignKey(Person, models.PROTECT, related_name="resets_witnessed", verbose_name=_("立ち会う人"))
    reason = models.CharField(_("理由"), max_length=200, validators=[PlainText()])
    at = models.DateTimeField(_("頼んだ日時"), default=timezone.now, editable=False)
    outcome = models.CharField(_("結果"), max_length=16, choices=Outcome, blank=True, editable=False)
    closed_at = models.DateTimeField(_("終わった日時"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="resets_closed", verbose_name=_("終えた人"), editable=False
    )

    objects = FactorResetManager()

    class Meta:
        verbose_name = _("二段階認証の解除")
        verbose_name_plural = pgettext_lazy("plural", "二段階認証の解除")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["person"], condition=Q(outcome=""), name="one_open_factor_reset")]

    def __str__(self):
        return f"{self.person} {self.at:%Y-%m-%d}"

    @property
    def expires(self):
        """Until when the witness may answer."""
        return self.at + PATIENCE

    @property
    def said(self):
        """How it ended, as the subject of a letter."""
        return gettext("二段階認証を解除しました") if self.outcome == self.Outcome.DONE else gettext("二段階認証は、解除されません")

    def _close(self, by, outcome):
        """Ends a waiting request, under the locks of `ask`; ValidationError when it waits no more."""
        Person.objects.select_for_update().get(pk=self.person_id)
        closing = {"outcome": outcome, "closed_at": timezone.now(), "closed_by": by}
        if not FactorReset.objects.waiting().filter(pk=self.pk).update(**closing):
            raise ValidationError(_("この依頼は、もう終わっています。"), code="closed")
        self.refresh_from_db()

    @transaction.atomic
    def confirm(self, by):
        """The witness confirms: authenticators are deleted and the person's sessions end, everywhere.

        Raises PermissionDenied for anybody but the witness, and when one of the three lost what it takes meanwhile: the
        asker administers, witness and person stand in the body, and the person is no operator; ValidationError when the
        request is over.
        """
        if by.pk != self.witness_id:
            raise PermissionDenied
        self._close(by, self.Outcome.DONE)
        if not (self.by.administers(self.organization) and stands(by, self.organization)):
            raise PermissionDenied
        if self.person.is_superuser or not stands(self.person, self.organization):
            raise PermissionDenied
        Authenticator.objects.filter(user=self.person).delete()
        Session.objects.end_all(self.person)
        self.person.standing_changed()
        letters.reset_closed(self)

    @transaction.atomic
    def decline(self, by):
        """The witness says no. Raises PermissionDenied for anybody else, ValidationError when it is over."""
        if by.pk != self.witness_id:
            raise PermissionDenied
        self._close(by, self.Outcome.DECLINED)
        letters.reset_closed(self)

    @transaction.atomic
    def cancel(self, by):
        """Whoever asked, or another administrator of the body to whom the person objected, calls it off.

        Raises PermissionDenied for anybody else, ValidationError when it is over.
        """
        if not by.administers(self.organization):
            raise PermissionDenied
        self._close(by, self.Outcome.CANCELLED)
        letters.reset_closed(self)
