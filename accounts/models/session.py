"""Where somebody is signed in: Django's database session, with whose it is, since when, and from where."""
import uuid

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..agents import described


class SessionQuerySet(models.QuerySet):
    def alive(self):
        """Neither idle for too long nor too old. The one definition, for pages and sockets alike."""
        now = timezone.now()
        return self.filter(expire_date__gt=now, seen__gt=now - settings.SESSION_IDLE)

    def of(self, person):
        """Where this person is signed in now, the latest deed first."""
        return self.alive().filter(person=person).order_by("-seen")

    def touch(self, key):
        """A human deed in this session, written down once per `SESSION_TOUCH` at most. What has ended stays ended."""
        now = timezone.now()
        self.alive().filter(pk=key, seen__lt=now - settings.SESSION_TOUCH).update(seen=now)


class SessionManager(BaseSessionManager.from_queryset(SessionQuerySet)):
    @transaction.atomic
    def end_all(self, person, keep=None):
        """Signs a person out everywhere, but for the session whose key is `keep`; their sockets close. Returns how many ended."""
        ended, _of_what = self.filter(person=person).exclude(pk=keep).delete()
        person.standing_changed()
        return ended


class Session(AbstractBaseSession):
    """One browser. `expire_date` is the absolute end, written when it begins and never moved; `ref` names it on pages."""

    AGENT_CHARACTERS = 300

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions", verbose_name=_("人")
    )
    started = models.DateTimeField(_("始まった日時"), default=timezone.now)
    seen = models.DateTimeField(_("最後に使った日時"), default=timezone.now)
    address = models.GenericIPAddressField(_("IPアドレス"), null=True)
    agent = models.CharField(_("ブラウザー"), max_length=AGENT_CHARACTERS, blank=True)

    objects = SessionManager()

    class Meta:
        verbose_name = _("ログイン")
        verbose_name_plural = pgettext_lazy("plural", "ログイン")

    def __str__(self):
        return str(self.ref)

    @classmethod
    def get_session_store_class(cls):
        """The store that reads and writes these rows."""
        from ..sessions import SessionStore

        return SessionStore

    @property
    def device(self):
        """Roughly what kind of machine it is, in words."""
        return described(self.agent)

    def why_ended(self):
        """`long` when it was too old, `idle` when nobody did anything for too long, "" while it lives."""
        now = timezone.now()
        if self.expire_date <= now:
            return "long"
        return "idle" if self.seen <= now - settings.SESSION_IDLE else ""

    @transaction.atomic
    def end(self):
        """Signs this browser out; its sockets close."""
        self.delete()
        if self.person:
            self.person.standing_changed()
