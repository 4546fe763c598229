"""A room, and the one way a message gets into it."""
import uuid
from dataclasses import dataclass
from typing import NamedTuple

from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Affiliation, Department, Organization, Person, badge
from accounts.prepared import Prepared, update
from accounts.text import PlainText

from .. import broadcasts
from .membership import Membership


class Conflict(Exception):
    """A client id was used before for another room or other words (409)."""


class Closed(Exception):
    """A direct room whose other side has not accepted, or stands no more (409)."""


class Grown(Exception):
    """Somebody can read here who could not when the writer last looked (409): the words go back to the writer."""


@dataclass(frozen=True)
class Draft:
    """A message on its way in: the browser's id for it, the words, and the audience change its writer has seen."""

    client_id: uuid.UUID
    body: str
    audience: int | None = None


class Seat(NamedTuple):
    """Where an author sits, and as whom they write."""

    pk: int  # of the membership
    read_number: int
    author: Person
    affiliation: Affiliation
    badge: str


class RoomQuerySet(models.QuerySet):
    def for_person(self, person):
        """The rooms open to this person now. Every page, frame, search and file asks here."""
        return self.filter(Exists(Membership.objects.standing().filter(room=OuterRef("pk"), person=person)))


class Room(models.Model):
    """A direct, group or department room. Its two counters are its clock: posts, and visible changes."""

    class Kind(models.TextChoices):
        DIRECT = "direct", _("1対1")
        GROUP = "group", _("グループ")
        DEPARTMENT = "department", _("課の部屋")

    kind = models.CharField(_("種類"), max_length=12, choices=Kind)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="rooms", verbose_name=_("団体"))
    department = models.OneToOneField(
        Department, models.PROTECT, null=True, blank=True, related_name="room", verbose_name=_("組織")
    )
    direct_key = models.CharField(max_length=40, unique=True, null=True, editable=False)  # noqa: DJ001  (NULL is no key)
    name = models.CharField(_("名前"), max_length=60, blank=True, validators=[PlainText()])
    topic = models.CharField(_("話題"), max_length=120, blank=True, validators=[PlainText()])
    last_number = models.PositiveBigIntegerField(default=0, editable=False)
    last_change = models.PositiveBigIntegerField(default=0, editable=False)
    audience_change = models.PositiveBigIntegerField(default=0, editable=False)  # when somebody last became able to read
    created_at = models.DateTimeField(_("つくった日時"), default=timezone.now, editable=False)
    posted_at = models.DateTimeField(_("最後の発言"), null=True, editable=False)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = _("部屋")
        verbose_name_plural = pgettext_lazy("plural", "部屋")
        constraints = [
            models.CheckConstraint(condition=Q(kind="direct") ^ Q(direct_key=None), name="direct_has_key"),
            models.CheckConstraint(condition=Q(kind="department") ^ Q(department=None), name="department_has_room"),
        ]

    def __str__(self):
        return self.name or self.get_kind_display()

    def post(self, author, drafts):
        """Stores drafts of one author, in order, under consecutive numbers, in one commit; returns their messages.

        A draft whose client id was stored before comes back as the message it became, so a resend is harmless. That is
        looked up only when the first try fails: hardly anything is sent twice. Raises Room.DoesNotExist when the
        author stands in no membership here any more, Conflict, Closed or Grown.
        """
        from .message import Message  # a message belongs to a room; only posting needs the way back

        ids = [draft.client_id for draft in drafts]
        for again in (False, True):
            try:
                with transaction.atomic():
                    room, seat = self._locked(author)
                    stored = Message.objects.shown().filter(author=author, client_id__in=ids) if again else ()
                    known = {message.client_id: message for message in stored}
                    fresh = room._checked(drafts, known)
                    now = timezone.now()
                    messages = [
                        Message(
                            room=room, number=room.last_number + step, change=room.last_change + step, author=seat.author,
                            affiliation=seat.affiliation, badge=seat.badge, client_id=draft.client_id, body=draft.body,
                            posted_at=now,
                        )
                        for step, draft in enumerate(fresh, start=1)
                    ]
                    if messages:
                        Message.objects.bulk_create(messages)
                        if seat.read_number == room.last_number:  # had read to the end, so has read their own words
                            update(Membership, seat.pk, read_number=messages[-1].number)
                        room.changed(last_number=messages[-1].number, last_change=messages[-1].change, posted_at=now)
            except (IntegrityError, Closed, Grown) as error:
                refusal = error
            else:
                known |= {message.client_id: message for message in messages}
                return [known[client_id] for client_id in ids]
        if isinstance(refusal, IntegrityError):  # the same client id went into another room at the same moment
            raise Conflict from refusal
        raise refusal

    def _locked(self, author):
        """This room, locked, and the author's Seat in it. Strangers never wait for the lock: they could feel who is busy."""
        ids = {"room": self.pk, "person": author.pk}
        rooms = OPEN(**ids)
        seats = rooms and SEAT(**ids)  # asked again: somebody may have been removed while this waited for the lock
        if not seats:
            raise Room.DoesNotExist
        [(membership, read_number, speaks_as)] = seats
        [(organization, label, department, name)] = BADGE(affiliation=speaks_as)
        author = Person(pk=author.pk, name=name)  # as it is written today; a socket's person may be of this morning
        affiliation = Affiliation(pk=speaks_as, organization_id=organization)
        room = Room(**dict(zip(CLOCK, rooms[0], strict=True)))
        return room, Seat(membership, read_number, author, affiliation, badge(label, department))

    def _checked(self, drafts, known):
        """The drafts that are new. The refusals that only the locked room can decide."""
        fresh = [draft for draft in drafts if draft.client_id not in known]
        for draft in drafts:
            stored = known.get(draft.client_id)
            untouched = stored and not (stored.edited_at or stored.withdrawn_at)
            if stored and (stored.room_id != self.pk or (untouched and stored.body != draft.body)):
                raise Conflict
        if fresh and self.kind == self.Kind.DIRECT and self.memberships.standing().count() < 2:
            raise Closed
        if any(draft.audience is not None and draft.audience < self.audience_change for draft in fresh):
            raise Grown
        return fresh

    def changed(self, **fields):
        """Writes the room's own fields after a visible change (this room is locked) and pokes after commit."""
        update(Room, self.pk, **fields)
        for field, value in fields.items():
            setattr(self, field, value)
        transaction.on_commit(lambda: broadcasts.poke_room(self.pk, self.last_change), robust=True)

    def seated(self):
        """The room's people now, with what their badge needs."""
        return self.memberships.standing().speaking().select_related("person", "organization").order_by("joined_at", "pk")

    def audience(self, viewer_organizations=()):
        """Who can read here: `[(organization, people), …]`, the viewer's own bodies first, then by number of people."""
        rows = self.memberships.standing().values("organization").annotate(people=models.Count("pk"))
        people = {row["organization"]: row["people"] for row in rows}
        bodies = Organization.objects.in_bulk(people)
        own = {organization.pk for organization in viewer_organizations}
        ranked = sorted(people, key=lambda pk: (pk not in own, -people[pk], bodies[pk].code or "~"))
        return [(bodies[pk], people[pk]) for pk in ranked]


CLOCK = ("pk", "kind", "last_number", "last_change", "audience_change")
OPEN = Prepared(
    lambda room, person: Room.objects.for_person(person).filter(pk=room).select_for_update(of=("self",)).values_list(*CLOCK)
)
SEAT = Prepared(
    lambda room, person: Membership.objects.standing().speaking().filter(room=room, person=person)
    .values_list("pk", "read_number", "speaks_as")
)
BADGE = Prepared(
    lambda affiliation: Affiliation.objects.filter(pk=affiliation)
    .values_list("organization", "organization__label", "department__name", "person__name")
)
