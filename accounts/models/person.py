"""The person: the login itself, which survives every transfer."""
import re
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .. import passwords, pokes
from ..addresses import validate_address
from ..prepared import Prepared
from ..text import PlainText

NOTICE = timedelta(days=7)  # how long before a body asks for second factors its people are told on every page
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]  # recovery codes are only for when these are lost


def needs_factor():
    """The condition on a Person: a body for which they stand, or the operators' rule, asks for a second factor today."""
    from .affiliation import Affiliation

    asked = Affiliation.objects.standing().filter(
        person=models.OuterRef("pk"), organization__second_factor_from__lte=timezone.localdate()
    )
    condition = models.Q(models.Exists(asked))
    return condition | models.Q(is_superuser=True) if settings.OPERATOR_SECOND_FACTOR else condition


class PersonQuerySet(models.QuerySet):
    def standing(self):
        """People for whom some body vouches today."""
        from .affiliation import Affiliation

        return self.filter(models.Exists(Affiliation.objects.standing().filter(person=models.OuterRef("pk"))))

    def with_lacks_factor(self):
        """Each with `lacks_factor`: of whom a second factor is asked today, and who has none. The one definition of it."""
        theirs = Authenticator.objects.filter(user=models.OuterRef("pk"), type__in=FACTORS)
        return self.annotate(lacks_factor=models.ExpressionWrapper(
            needs_factor() & ~models.Exists(theirs), output_field=models.BooleanField()
        ))

    def unproven(self):
        """Registrations that nobody has proven to be of that address, and under which nothing was ever done."""
        proven = EmailAddress.objects.filter(verified=True, user=models.OuterRef("pk"))
        return self.filter(~models.Exists(proven), is_superuser=False, last_login=None).exclude(
            affiliations__verification__isnull=False
        )


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):
    def of_session(self, pk):
        """The person with this key, and with them `lacks_factor`, in one cheap query; None if there is none."""
        rows = OF_SESSION[settings.OPERATOR_SECOND_FACTOR](person=pk)
        if not rows:
            return None
        *values, lacks_factor = rows[0]
        person = Person.from_db(self.db, COLUMNS, values)
        person.lacks_factor = bool(lacks_factor)
        return person

    def create_user(self, email, password=None, **fields):
        """Creates a person who can sign in. Raises ValidationError for an address outside the rules."""
        address, _domain = validate_address(email)
        person = self.model(email=address, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email, password=None, **fields):
        """Creates an operator."""
        return self.create_user(email, password, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """A human being with a login. What they may do hangs on their affiliations, not on this row."""

    email = models.CharField(_("メールアドレス"), max_length=190, unique=True)
    name = models.CharField(_("氏名"), max_length=60, validators=[PlainText()])
    kana = models.CharField(_("ふりがな"), max_length=120, blank=True, validators=[PlainText()])
    is_active = models.BooleanField(_("利用中"), default=True)
    joined = models.DateTimeField(_("登録した日時"), default=timezone.now, editable=False)

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = PersonManager()

    class Meta:
        verbose_name = _("人")
        verbose_name_plural = pgettext_lazy("plural", "人")
        ordering = ["kana", "name"]

    def __str__(self):
        return self.name

    def get_short_name(self):
        """What the admin greets with."""
        return self.name

    @cached_property
    def standings(self):
        """The affiliations by which this person stands today, the primary one first."""
        return list(
            self.affiliations.standing().select_related("organization", "department").order_by("-is_primary", "starts")
        )

    @cached_property
    def is_staff(self):
        """May open the admin: an operator, or an administrator of a body."""
        return self.is_superuser or any(standing.is_administrator for standing in self.standings)

    @property
    def administered(self):
        """The bodies this person administers, as far as `standings` remembers: it scopes pages, it guards no deed."""
        return [standing.organization for standing in self.standings if standing.is_administrator]

    @cached_property
    def waiting_for_confirmation(self):
        """How many people wait for this administrator to confirm them."""
        from .affiliation import Affiliation

        return Affiliation.objects.pending().filter(organization__in=self.administered).count()

    @cached_property
    def lacks_factor(self):
        """Whether nothing is open to this person but setting up a second factor. A session's person comes with it."""
        return Person.objects.with_lacks_factor().filter(pk=self.pk, lacks_factor=True).exists()

    @property
    def needs_factor(self):
        """Whether somebody asks this person for a second factor today. Asked anew each time: it guards deeds."""
        return Person.objects.filter(needs_factor(), pk=self.pk).exists()

    @property
    def factors(self):
        """The authenticator app and the passkeys of this person."""
        return Authenticator.objects.filter(user=self, type__in=FACTORS)

    def may_be_reset(self):
        """Whether there is a second factor that two people of a body could take away: an operator's they cannot."""
        return not self.is_superuser and Authenticator.objects.filter(user=self).exists()

    @cached_property
    def factor_due(self):
        """The body that will ask for a second factor within NOTICE, where this person has none yet; else None."""
        today = timezone.localdate()
        coming = [
            standing.organization for standing in self.standings
            if (day := standing.organization.second_factor_from) and today < day <= today + NOTICE
        ]
        first = min(coming, key=lambda body: body.second_factor_from, default=None)
        return first if first and not self.factors.exists() else None

    @property
    def initial(self):
        """The first character of the name, with its variation selector if it has one (葛󠄀), for the face beside it."""
        return re.match(".[\ufe00-\ufe0f\U000e0100-\U000e01ef]?", self.name)[0] if self.name else ""

    def administers(self, organization):
        """Whether this person administers that body today. Asked anew each time: it guards deeds."""
        return self.affiliations.standing().filter(organization=organization, is_administrator=True).exists()

    def set_password(self, raw_password):
        """Stores the hash of the password, the same whichever way its characters were typed (accounts/passwords.py)."""
        super().set_password(passwords.normal(raw_password))

    def check_password(self, raw_password):
        """Whether this is the person's password. It may be typed in another way than when it was chosen."""
        return super().check_password(passwords.normal(raw_password))

    @transaction.atomic
    def deactivate(self):
        """Takes the login away; every session and socket of theirs ends."""
        from .session import Session

        self.is_active = False
        self.save(update_fields=["is_active"])
        Session.objects.end_all(self)

    def reactivate(self):
        """Gives the login back, with the password it had; what the bodies vouch for stands as they left it."""
        self.is_active = True
        self.save(update_fields=["is_active"])
        self.standing_changed()

    def standing_changed(self):
        """Pokes whoever holds sockets of this person, after commit, so that they ask again. Carries no content."""
        transaction.on_commit(lambda: poke_person(self.pk), robust=True)


def poke_person(person_id):
    """Tells every process that this person's sessions, standing or rooms may have changed."""
    pokes.send("people", {"type": "person", "person": person_id}, sure=True)


COLUMNS = [field.attname for field in Person._meta.concrete_fields]
OF_SESSION = {  # by the operators' rule, under which each is compiled
    rule: Prepared(lambda person: Person.objects.with_lacks_factor().filter(pk=person).values_list(*COLUMNS, "lacks_factor"))
    for rule in (False, True)
}
