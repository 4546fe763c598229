"""The person: the login itself, which survives every transfer."""
import re

from allauth.account.models import EmailAddress
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..addresses import validate_address
from ..text import PlainText


class PersonQuerySet(models.QuerySet):
    def standing(self):
        """People for whom some body vouches today."""
        from .affiliation import Affiliation

        return self.filter(models.Exists(Affiliation.objects.standing().filter(person=models.OuterRef("pk"))))

    def unproven(self):
        """Registrations that nobody has proven to be of that address, and under which nothing was ever done."""
        proven = EmailAddress.objects.filter(verified=True, user=models.OuterRef("pk"))
        return self.filter(~models.Exists(proven), is_superuser=False, last_login=None).exclude(
            affiliations__verification__isnull=False
        )


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):
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

    @property
    def initial(self):
        """The first character of the name, with its variation selector if it has one (葛󠄀), for the face beside it."""
        return re.match(".[\ufe00-\ufe0f\U000e0100-\U000e01ef]?", self.name)[0] if self.name else ""

    def administers(self, organization):
        """Whether this person administers that body today. Asked anew each time: it guards deeds."""
        return self.affiliations.standing().filter(organization=organization, is_administrator=True).exists()

    def deactivate(self):
        """Takes the login away; every socket of theirs closes."""
        self.is_active = False
        self.save(update_fields=["is_active"])
        self.standing_changed()

    def standing_changed(self):
        """Pokes whoever holds sockets of this person, after commit, so that they ask again. Carries no content."""
        transaction.on_commit(lambda: poke_person(self.pk), robust=True)


def poke_person(person_id):
    """Tells every process that this person's sessions, standing or rooms may have changed."""
    layer = get_channel_layer()
    async_to_sync(layer.group_send)("people", {"type": "person", "person": person_id})
