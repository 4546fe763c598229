"""A message: its number is its place for life, its change is when it last looked different."""
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Affiliation, Person
from accounts.text import PlainText

from .membership import Membership
from .room import Room


class MessageQuerySet(models.QuerySet):
    def visible_to(self, person):
        """What this person may see now: rooms open to them, and there only the periods in which they were members."""
        periods = Membership.objects.covering(OuterRef("number")).filter(room=OuterRef("room"), person=person)
        return self.filter(Exists(periods), room__in=Room.objects.for_person(person))

    def shown(self):
        """With everything its markup needs, in one query."""
        return self.select_related("author", "affiliation")


class Message(models.Model):
    """Posted by `Room.post` only. Keeps the affiliation it was written under, and the words its badge had then."""

    room = models.ForeignKey(Room, models.PROTECT, related_name="messages", verbose_name=_("部屋"))
    number = models.PositiveBigIntegerField(_("番号"))
    change = models.PositiveBigIntegerField(_("変更番号"))
    author = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("書いた人"))
    affiliation = models.ForeignKey(Affiliation, models.PROTECT, related_name="+", verbose_name=_("書いたときの所属"))
    badge = models.CharField(_("書いたときの名札"), max_length=160)  # in words: departments are renamed every April
    client_id = models.UUIDField()
    body = models.TextField(validators=[PlainText(lines=True)])
    posted_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("発言")
        verbose_name_plural = pgettext_lazy("plural", "発言")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["room", "number"], name="message_number_once"),
            models.UniqueConstraint(fields=["author", "client_id"], name="message_client_id_once"),
        ]
        indexes = [models.Index(fields=["room", "change"], name="message_change")]

    def __str__(self):
        return f"{self.room_id}/{self.number}"  # never the words: the admin and logs print this

    def edit(self, by, body):
        """Its author puts other words in place. Raises PermissionDenied for others, and once it was withdrawn."""
        self._alter(by, body=body, edited_at=timezone.now())

    def withdraw(self, by):
        """Its author takes it back: the words are erased, who and when remain. Raises PermissionDenied for others."""
        self._alter(by, body="", withdrawn_at=timezone.now())

    @transaction.atomic
    def _alter(self, by, **fields):
        room = Room.objects.for_person(by).select_for_update(of=("self",)).get(pk=self.room_id)
        change = room.last_change + 1
        altered = Message.objects.visible_to(by).filter(pk=self.pk, author=by, withdrawn_at=None).update(change=change, **fields)
        if not altered:
            raise PermissionDenied
        room.changed(last_change=change)
        self.refresh_from_db()
