"""An invitation by a body's administrator: a letter with a link that opens one door, once."""
import hashlib
import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..addresses import validate_address
from ..text import PlainText
from .affiliation import Affiliation
from .organization import Department, Organization
from .person import Person
from .verification import Verification

LIFETIME = timedelta(days=7)


class InvitationQuerySet(models.QuerySet):
    def pending(self):
        """Not used, not withdrawn, not too old."""
        return self.filter(accepted_at=None, withdrawn_at=None, at__gt=timezone.now() - LIFETIME)


class InvitationManager(models.Manager.from_queryset(InvitationQuerySet)):
    def issue(self, by, organization, email, department=None, title=""):
        """An administrator of that body invites an address. Returns `(invitation, token)`; only the token's hash is kept.

        Raises PermissionDenied for others; ValidationError for an address outside the rules or not of the body, for a
        department of another body, and for somebody who has a login already.
        """
        if not (by.is_superuser or by.administers(organization)):
            raise PermissionDenied
        address, domain = validate_address(email)
        if Organization.objects.for_domain(domain) != organization:
            raise ValidationError(_("この団体が登録したドメインのアドレスではありません。"), code="domain")
        if department and department.organization_id != organization.pk:
            raise ValidationError(_("組織は、同じ団体から選んでください。"), code="department")
        if Person.objects.filter(email=address).exclude(pk__in=Person.objects.unproven().values("pk")).exists():
            raise ValidationError(_("このアドレスの人は、すでに登録されています。"), code="known")
        token = secrets.token_urlsafe(32)
        invitation = self.create(
            organization=organization, email=address, department=department, title=title, by=by, digest=digest(token)
        )
        return invitation, token

    def open(self, token):
        """The invitation this token opens, or None: unknown, used, withdrawn or too old look the same."""
        return self.pending().filter(digest=digest(token)).select_related("organization", "department", "by").first()


def digest(token):
    """What is stored of a token: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


class Invitation(models.Model):
    """One address, one body, one use, seven days."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations", verbose_name=_("団体"))
    department = models.ForeignKey(Department, models.CASCADE, null=True, blank=True, verbose_name=_("組織"))
    title = models.CharField(_("役職"), max_length=60, blank=True, validators=[PlainText()])
    email = models.CharField(_("メールアドレス"), max_length=190)
    by = models.ForeignKey(Person, models.PROTECT, related_name="invitations_issued", verbose_name=_("招待した人"))
    at = models.DateTimeField(_("日時"), default=timezone.now, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    accepted_at = models.DateTimeField(_("登録した日時"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("取り消した日時"), null=True, blank=True, editable=False)

    objects = InvitationManager()

    class Meta:
        verbose_name = _("招待")
        verbose_name_plural = pgettext_lazy("plural", "招待")
        ordering = ["-at"]

    def __str__(self):
        return self.email

    @property
    def expires(self):
        """When the link stops working."""
        return self.at + LIFETIME

    def withdraw(self, by):
        """Closes the door before anybody came. Raises PermissionDenied for others, ValidationError when it was used."""
        if not (by.is_superuser or by.administers(self.organization)):
            raise PermissionDenied
        if not Invitation.objects.pending().filter(pk=self.pk).update(withdrawn_at=timezone.now()):
            raise ValidationError(_("この招待は、すでに使えません。"), code="used")

    @transaction.atomic
    def accept(self, name, kana, password):
        """The invited person makes their login; the inviter's word becomes the verification. Returns the Person.

        The inviter must still administer the body: a word given by somebody who has lost the power opens nothing.
        A registration of this address that nobody has proven gives way: the letter came to its owner, that one may not have.
        Raises PermissionDenied then, and ValidationError when the invitation was used meanwhile.
        """
        claimed = Invitation.objects.filter(pk=self.pk, accepted_at=None, withdrawn_at=None).update(accepted_at=timezone.now())
        for unproven in Person.objects.unproven().filter(email=self.email):
            unproven.affiliations.all().delete()
            unproven.delete()
        if not claimed or Person.objects.filter(email=self.email).exists():
            raise ValidationError(_("この招待は、すでに使われています。"), code="used")
        person = Person.objects.create_user(self.email, password, name=name, kana=kana)
        EmailAddress.objects.create(user=person, email=self.email, verified=True, primary=True)  # the link came by that mail
        affiliation = Affiliation.objects.create(
            person=person, organization=self.organization, department=self.department, title=self.title
        )
        affiliation.vouch(self.by, Verification.Method.INVITATION)
        return person
