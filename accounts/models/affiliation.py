"""By what right somebody speaks for a body: the affiliation, and the record that the body vouched for it."""
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Replace
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..addresses import validate_address
from ..text import PlainText
from .organization import Department, Organization
from .person import Person
from .verification import Verification


def badge(label, department):
    """The words of a badge, of a body's label and a department's name (None without): in one piece."""
    return f"{label} {department}" if department else label


class AffiliationQuerySet(models.QuerySet):
    def current(self):
        """Begun and not ended, by today's date in Japan."""
        today = timezone.localdate()
        return self.filter(Q(ends=None) | Q(ends__gte=today), starts__lte=today)

    def standing(self):
        """Current, vouched for, not withdrawn, of a person whose login is in use. The one definition of 'verified'."""
        return self.current().filter(
            verification__isnull=False, verification__withdrawn_at=None, person__is_active=True
        )

    def find(self, query):
        """Those whose name, kana, department or body contains every word of `query`, spaces inside names aside."""
        found = self.annotate(
            plain_name=Replace("person__name", Value(" "), Value("")), plain_kana=Replace("person__kana", Value(" "), Value(""))
        )
        for word in query.split():
            found = found.filter(
                Q(plain_name__icontains=word) | Q(plain_kana__icontains=word)
                | Q(department__name__icontains=word) | Q(organization__label__icontains=word)
            )
        return found

    def pending(self):
        """Current, the address proven, and waiting for a human of that body to confirm."""
        proven = EmailAddress.objects.filter(user=OuterRef("person"), verified=True)
        return self.current().filter(Exists(proven), verification=None, person__is_active=True)


class AffiliationManager(models.Manager.from_queryset(AffiliationQuerySet)):
    def check_address(self, email, organization):
        """Returns the address as stored; ValidationError when it is outside the rules or not of that body."""
        address, domain = validate_address(email)
        if Organization.objects.for_domain(domain) != organization:
            raise ValidationError(_("この団体が登録したドメインのアドレスではありません。"), code="domain")
        return address

    @transaction.atomic
    def register(self, by, person, organization, title="", is_administrator=False):
        """An operator enters somebody on a recorded application: login, affiliation and the record in one.

        Takes a Person not yet stored; they get no password here, a letter to their address lets them choose one.
        Returns the affiliation. Raises PermissionDenied for anybody but an operator, ValidationError for an address
        outside the rules or not of that body.
        """
        if not by.is_superuser:
            raise PermissionDenied
        person.email = self.check_address(person.email, organization)
        person.set_unusable_password()
        person.save()
        # Nobody can sign in but by the link in a letter to this address, so reaching the login proves the address.
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        affiliation = self.create(
            person=person, organization=organization, title=title, is_administrator=is_administrator
        )
        affiliation.vouch(by, Verification.Method.APPLICATION)
        return affiliation


class Affiliation(models.Model):
    """Person × body × department × title, from … to. Several may be current; one without an end is primary.

    One that ends keeps its flag: until a planned transfer's date the predecessor is the primary one, from then on the successor.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="affiliations", verbose_name=_("人"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="affiliations", verbose_name=_("団体"))
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="affiliations", verbose_name=_("組織")
    )
    title = models.CharField(_("役職"), max_length=60, blank=True, validators=[PlainText()])
    starts = models.DateField(_("開始日"), default=timezone.localdate)
    ends = models.DateField(_("終了日"), null=True, blank=True)
    is_primary = models.BooleanField(_("主な所属"), default=True)
    is_administrator = models.BooleanField(_("団体の管理者"), default=False)
    is_contact = models.BooleanField(
        _("庁外への窓口"), default=False, help_text=_("ほかの団体の職員が、名前で探して話しかけられます。")
    )

    objects = AffiliationManager()

    class Meta:
        verbose_name = _("所属")
        verbose_name_plural = pgettext_lazy("plural", "所属")
        ordering = ["-is_primary", "-starts"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(is_primary=True, ends=None), name="one_primary_affiliation"),
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=models.F("starts")), name="ends_after_start"),
        ]

    def __str__(self):
        return self.badge

    @property
    def badge(self):
        """The words of this badge."""
        return badge(self.organization.label, self.department and self.department.name)

    def precedes(self, other):
        """Whether `other` follows upon this one without a day between, and without the body's word taken back."""
        taken_back = Verification.objects.filter(affiliation=self, withdrawn_at__isnull=False).exists()
        return bool(self.ends and self.ends + timedelta(days=1) >= other.starts and not taken_back)

    def is_left(self):
        """Whether the body vouched here once, and the word was withdrawn or the last day is over."""
        record = Verification.objects.filter(affiliation=self).first()
        over = self.ends is not None and self.ends < timezone.localdate()
        return record is not None and (over or record.withdrawn_at is not None)

    def clean(self):
        if self.department_id and self.department.organization_id != self.organization_id:
            raise ValidationError({"department": _("組織は、同じ団体から選んでください。")})

    @transaction.atomic
    def vouch(self, by, method):
        """The body vouches for this affiliation: `by` is its administrator, or an operator on a recorded application.

        Returns the Verification. Raises PermissionDenied for anybody else, and for somebody vouching for themselves;
        ValidationError when it was vouched for before — a withdrawn word is not taken back, a new affiliation is made.
        """
        if by is None or by.pk == self.person_id or not (by.is_superuser or by.administers(self.organization)):
            raise PermissionDenied
        self._hold()
        if Verification.objects.filter(affiliation=self).exists():
            raise ValidationError(_("この所属は、すでに確認されています。"), code="vouched")
        record = Verification.objects.create(affiliation=self, by=by, method=method)
        self.person.standing_changed()
        return record

    @transaction.atomic
    def confirm(self, by, department=None, title=""):
        """An administrator confirms somebody who registered, and says where they work.

        Returns the Verification. Raises what `vouch` raises, and ValidationError for a department of another body or an
        address its owner has not proven: anybody may have typed it.
        """
        self._hold()
        if not EmailAddress.objects.filter(user=self.person_id, email=self.person.email, verified=True).exists():
            raise ValidationError(_("このアドレスは、まだ本人のものと確かめられていません。"), code="address")
        if department and department.organization_id != self.organization_id:
            raise ValidationError(_("組織は、同じ団体から選んでください。"), code="department")
        record = self.vouch(by, Verification.Method.ADMINISTRATOR)  # refuses before anything is written
        self.department, self.title = department or self.department, title or self.title
        self.save(update_fields=["department", "title"])
        return record

    def _hold(self):
        """Locks this row and reads it again: two administrators may be at it at once. ValidationError if it is gone."""
        try:
            dates = ["starts", "ends", "is_primary", "is_administrator"]
            self.refresh_from_db(fields=dates, from_queryset=Affiliation.objects.select_for_update())
        except Affiliation.DoesNotExist:
            raise ValidationError(_("この登録は、もうありません。"), code="gone") from None

    def _to_come(self):
        """What is planned to follow upon this affiliation: what is taken back now must not return with a transfer's date."""
        same = Affiliation.objects.filter(person=self.person, organization=self.organization).exclude(pk=self.pk)
        planned = same.filter(starts__gt=timezone.localdate())
        if same.standing().exists():  # 兼務: the other one may have a successor of its own
            planned = planned.filter(starts=self.ends + timedelta(days=1)) if self.ends else planned.none()
        return planned

    def _settable(self, by):
        """The guard of what an administrator sets on somebody who stands."""
        if not (by.is_superuser or by.administers(self.organization)):
            raise PermissionDenied
        if not Affiliation.objects.standing().filter(pk=self.pk).exists():
            raise ValidationError(_("この所属の確認は、有効ではありません。"), code="not_vouched")

    @transaction.atomic
    def set_contact(self, by, is_contact):
        """Whether staff of other bodies find this person by name. Raises PermissionDenied for other bodies' people."""
        self._settable(by)
        self.is_contact = is_contact
        self.save(update_fields=["is_contact"])

    @transaction.atomic
    def appoint(self, by, is_administrator):
        """Makes somebody an administrator of their body, or no more. Nobody does it to themselves (PermissionDenied)."""
        if by.pk == self.person_id:
            raise PermissionDenied
        self._hold()
        self._settable(by)
        self.is_administrator = is_administrator
        self.save(update_fields=["is_administrator"])
        self._to_come().update(is_administrator=is_administrator)
        self.person.standing_changed()

    @transaction.atomic
    def withdraw(self, by, reason):
        """The body takes its word back, for planned transfers too; doors close at once.

        Raises PermissionDenied for other bodies' people, ValidationError where no word stands.
        """
        if not (by.is_superuser or by.administers(self.organization)):
            raise PermissionDenied
        self._hold()
        given, taken = Verification.objects.filter(withdrawn_at=None), {"withdrawn_at": timezone.now(), "withdrawn_by": by}
        if not given.filter(affiliation=self).update(reason=reason, **taken):
            raise ValidationError(_("この所属の確認は、有効ではありません。"), code="not_vouched")
        given.filter(affiliation__in=self._to_come()).update(reason=reason, **taken)
        self.person.standing_changed()

    @transaction.atomic
    def decline(self, by):
        """The body does not know this person: a pending affiliation, under which nothing was written, is removed, and with
        it a login that has no other."""
        if not (by.is_superuser or by.administers(self.organization)):
            raise PermissionDenied
        self._hold()
        if Verification.objects.filter(affiliation=self).exists():
            raise ValidationError(_("この所属は、すでに確認されています。"), code="vouched")
        self.person.standing_changed()
        self.delete()
        if not self.person.affiliations.exists():  # nothing else is known of them; they may register or be invited anew
            self.person.delete()

    @transaction.atomic
    def transfer(self, by, department, title="", on=None):
        """人事異動 inside the body: this affiliation ends the day before `on` (today), a new, vouched one begins.

        Returns the new affiliation. Old posts keep the old one; the person keeps everything that hangs on the person.
        Raises PermissionDenied for others and oneself; ValidationError for a department of another body, a day not after
        the present start, somebody who does not stand, and a transfer planned already (sent twice, it is recorded once).
        """
        if by.pk == self.person_id or not (by.is_superuser or by.administers(self.organization)):
            raise PermissionDenied
        if department.organization_id != self.organization_id:
            raise ValidationError(_("組織は、同じ団体から選んでください。"), code="department")
        self._hold()
        self._settable(by)
        if self._to_come().filter(verification__withdrawn_at=None, verification__isnull=False).exists():
            raise ValidationError(_("これからの異動が、すでに記録されています。"), code="planned")
        on = on or timezone.localdate()
        if on <= self.starts:
            raise ValidationError(_("異動の日は、今の所属の開始日より後にしてください。"), code="date")
        self.ends = on - timedelta(days=1)
        self.save(update_fields=["ends"])
        successor = Affiliation.objects.create(
            person=self.person, organization=self.organization, department=department, title=title, starts=on,
            is_primary=self.is_primary, is_administrator=self.is_administrator,
        )
        successor.vouch(by, Verification.Method.ADMINISTRATOR)
        return successor

    @transaction.atomic
    def take_back(self, by, department=None, title=""):
        """The body vouches anew, from today, for somebody who stands there no more: the withdrawal was a mistake, they return.

        Returns the new affiliation; the old one, and what was written under it, stay as they were. Raises PermissionDenied
        for others and oneself; ValidationError for a department of another body, somebody who stands, a login out of use.
        """
        if by.pk == self.person_id or not (by.is_superuser or by.administers(self.organization)):
            raise PermissionDenied
        if department and department.organization_id != self.organization_id:
            raise ValidationError(_("組織は、同じ団体から選んでください。"), code="department")
        self._hold()
        known = Affiliation.objects.filter(person=self.person)
        here = known.filter(organization=self.organization)
        if here.standing().exists() or not here.filter(verification__isnull=False).exists() or not self.person.is_active:
            raise ValidationError(_("この人は、いま受け入れ直せません。"), code="standing")
        is_primary = not known.standing().filter(is_primary=True).exists()
        if is_primary:
            known.filter(is_primary=True, ends=None).update(is_primary=False)  # the flag of what stands no more
        renewed = Affiliation.objects.create(
            person=self.person, organization=self.organization, department=department, title=title, is_primary=is_primary
        )
        renewed.vouch(by, Verification.Method.ADMINISTRATOR)
        return renewed
