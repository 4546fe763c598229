"""Permission filters taken out, one at a time. `test_bites.py` shows that the doors table notices each.

A hole is a name, a function that makes it (with pytest's monkeypatch), and the part of the table that is asked: doors for
`rows`, actions for `acts`, checks of sockets for `sockets`. The part is chosen by subject, never by what the hole does.
"""
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q, Value
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import get_object_or_404
from django.urls import get_resolver
from django.utils import timezone

import chat.views.messages
import chat.views.rooms
from accounts import fences, middleware, staff
from accounts.admin.people import PersonAdmin
from accounts.admin.records import MailAdmin
from accounts.admin.site import Scoped, ScopedAdmin, Site
from accounts.models import Affiliation, FactorReset, Invitation, Person, Session
from accounts.models.affiliation import AffiliationQuerySet
from accounts.models.invitation import InvitationQuerySet
from accounts.models.session import SessionQuerySet
from chat import broadcasts, consumers, hub, routing, snapshots
from chat.admin import RoomAdmin
from chat.models import Membership, Message, Room, seats
from chat.models.membership import MembershipQuerySet
from chat.models.message import MessageQuerySet
from chat.models.request import RoomRequestQuerySet
from chat.models.room import RoomQuerySet

MESSAGES, ROOM, PEOPLE = ("chat:changes", "chat:older"), ("chat:room", "chat:audience"), ("chat:people", "chat:speak")
OWN, STAFF = ("chat:words", "chat:edit", "chat:withdraw"), ("accounts:staff", "accounts:affiliation", "accounts:contact")
DEPARTMENT, ANSWER = ("admin:accounts_department_change",), ("chat:accept", "chat:refuse")
SIGN_INS = ("accounts:end_session", "accounts:sessions")
DEACTIVATION = ("accounts.person:deactivate",)
DOORSTEP, PAGES = ("chat:index", "chat:list"), ("accounts:me", "chat:index", "account_login")
ADMIN = ("admin:accounts_person_changelist", "admin:accounts_person_change", "admin:chat_room_change")


@dataclass(frozen=True)
class Hole:
    """A filter taken out, and what of the table is asked about it."""

    name: str
    make: object
    rows: tuple = ()
    acts: tuple = ()
    sockets: tuple = ()


def put(owner, name, value):
    """A hole that replaces one attribute."""
    return lambda patch: patch.setattr(owner, name, value)


def pattern(key, patterns=None, prefix=""):
    """The URL pattern of a route's key."""
    for found in get_resolver().url_patterns if patterns is None else patterns:
        if hasattr(found, "url_patterns"):
            space = f"{prefix}{found.namespace}:" if found.namespace else prefix
            if inner := pattern(key, found.url_patterns, space):
                return inner
        elif found.name and prefix + found.name == key:
            return found
    return None


def unguarded(*keys):
    """The views behind these routes without their outermost decorator."""
    def make(patch):
        for key in keys:
            patch.setattr(pattern(key), "callback", pattern(key).callback.__wrapped__)

    return make


def undeclared_open(key):
    """A view that says by mistake it needs no sign-in."""
    return lambda patch: patch.setattr(pattern(key).callback, "login_required", False, raising=False)


def standing(*, word=True, dates=True, login=True):
    """`Affiliation.objects.standing()` without one of its conditions."""
    def rows(self):
        found = self.current() if dates else self.filter(starts__lte=timezone.localdate())
        found = found.filter(verification__isnull=False)
        found = found.filter(verification__withdrawn_at=None) if word else found
        return found.filter(person__is_active=True) if login else found

    return put(AffiliationQuerySet, "standing", rows)


def in_period(*, until=True, start=True):
    """`covering()` without one of its ends."""
    def rows(self, number):
        found = self.filter(Q(until_number=None) | Q(until_number__gte=number)) if until else self.all()
        return found.filter(from_number__lte=number) if start else found

    return put(MembershipQuerySet, "covering", rows)


def anybodys_words(request, room_id, number):
    """`words` without asking who wrote them."""
    message = chat.views.messages.visible_or_404(request, room_id, number)
    return chat.views.messages.JsonResponse({"body": message.body})


def anybodys_message(self, by, **fields):
    """`_alter` without asking who wrote it."""
    room = Room.objects.get(pk=self.room_id)
    Message.objects.filter(pk=self.pk).update(change=room.last_change + 1, **fields)
    room.changed(last_change=room.last_change + 1)
    self.refresh_from_db()


def forbidden(wanted):
    """`get_object_or_404` that says 403 of what is there but not for you: that it exists is known then."""
    def find(rows, **lookup):
        if wanted.objects.filter(pk=lookup["pk"]).exists() and not rows.filter(**lookup).exists():
            raise PermissionDenied
        return get_object_or_404(rows, **lookup)

    return find


def taken_out(room, by, person):
    """`seats.remove` without asking who keeps the room."""
    seats.unseat(room, room.memberships.get(person=person, left_at=None))


def brought_in(room, by, affiliation, **_how):
    """`seats.admit` without asking who keeps the room, nor the other body."""
    seats.seat(room, affiliation.person, affiliation.organization)


def to_everybody(make=hub.snapshots.change):
    """What the hub reads of a change, as if everybody read from the beginning."""
    def change(room_id, since):
        now = make(room_id, since)
        return type(now)(**{**vars(now), "starts": dict.fromkeys(now.starts, 1)})

    return change


def every_room(people):
    """`snapshots._rooms` without asking whose they are."""
    start = {"last_number": 0, "last_change": 0, "read_number": 0, "from_number": 1}
    rows = {room.pk: {"room": room.pk, **start} for room in Room.objects.all()}
    return {person: dict(rows) for person in people}


def any_invitation(request, pk):
    """`withdraw_invitation` without asking whose it is."""
    get_object_or_404(Invitation, pk=pk).withdraw(request.user)
    return staff.redirect("accounts:staff")


async def typing_anywhere(self, frame):
    """`typing` without asking whether they watch the room."""
    await broadcasts.poke_typing(frame["room"], self.person.pk)


def every_seat(self):
    """`with_unread`, which the list of rooms asks, over everybody's seats."""
    return Membership.objects.standing().annotate(unread=Value(0))


def with_direct_rooms(self, request):
    """The admin's rooms, direct ones too."""
    return super(RoomAdmin, self).get_queryset(request).annotate(people=Value(0))


def anybody_witnesses(request, pk):
    """`confirm_reset` without asking who the witness is."""
    reset = get_object_or_404(FactorReset, pk=pk)
    reset.confirm(reset.witness)
    return staff.redirect("accounts:me")


HOLES = [
    Hole("visible_to returns all", put(MessageQuerySet, "visible_to", lambda self, person: self.all()), MESSAGES),
    Hole("visible_to forgets the periods", put(
        MessageQuerySet, "visible_to", lambda self, person: self.filter(room__in=Room.objects.for_person(person))), MESSAGES),
    Hole("visible_to forgets that the room is closed now", put(
        MessageQuerySet, "visible_to", lambda self, person: self.filter(room__memberships__person=person).distinct()), OWN),
    Hole("for_person returns every room", put(RoomQuerySet, "for_person", lambda self, person: self.all()), ROOM),
    Hole("a membership that was left stands", put(
        MembershipQuerySet, "standing", lambda self: self.filter(person__in=Person.objects.standing())), ROOM),
    Hole("standing() ignores a withdrawn word", standing(word=False), DOORSTEP),
    Hole("standing() ignores the last day", standing(dates=False), DOORSTEP),
    Hole("standing() ignores a login out of use", standing(login=False), PEOPLE),
    Hole("covering() ignores until_number", in_period(until=False), MESSAGES),
    Hole("covering() ignores from_number", in_period(start=False), MESSAGES),
    Hole("the directory shows everybody", lambda patch: [patch.setattr(
        module, "directory", lambda person: Affiliation.objects.standing().select_related("person", "organization", "department")
    ) for module in (chat.views.people, chat.views.rooms, seats)], PEOPLE),
    Hole("administrator_required does nothing", unguarded("accounts:staff", "accounts:affiliation"), STAFF),
    Hole("standing_required does nothing", unguarded("chat:index", "chat:list"), DOORSTEP),
    Hole("administrators reach every body's staff", put(
        staff, "_own", lambda request: Affiliation.objects.select_related("person", "organization", "department")), STAFF),
    Hole("an invitation of another body can be withdrawn", lambda patch: patch.setattr(
        pattern("accounts:withdraw_invitation"), "callback", any_invitation), ("accounts:withdraw_invitation",)),
    Hole("a spent invitation opens", put(InvitationQuerySet, "pending", lambda self: self.all()), ("accounts:invitation",)),
    Hole("the admin's querysets are unscoped", put(Scoped, "of_bodies", lambda self, rows, bodies: rows), DEPARTMENT),
    Hole("the admin asks nobody", put(Site, "has_permission", lambda self, request: True), ADMIN),
    Hole("the admin lets administrators see direct rooms", put(RoomAdmin, "get_queryset", with_direct_rooms), ADMIN),
    Hole("the admin shows letters", put(MailAdmin, "fields", [*MailAdmin.fields, "body"]), ("admin:accounts_mail_change",)),
    Hole("anybody in the admin may change what they see", put(ScopedAdmin, "has_change_permission", lambda *_a, **_k: True), ADMIN),
    Hole("administrators may deactivate", put(PersonAdmin.deactivate, "allowed_permissions", ["view"]), acts=DEACTIVATION),
    Hole("keepers are not asked for when somebody is taken out", put(seats, "remove", taken_out), ("chat:remove",)),
    Hole("keepers are not asked for when somebody is brought in", put(seats, "admit", brought_in), ("chat:people_of",)),
    Hole("anybody edits and withdraws", put(Message, "_alter", anybodys_message), OWN),
    Hole("anybody gets the words to edit", lambda patch: patch.setattr(pattern("chat:words"), "callback", anybodys_words), OWN),
    Hole("anybody answers a request", put(RoomRequestQuerySet, "for_person", lambda self, person: self.all()), ANSWER),
    Hole("hidden is 403 where absent is 404", put(chat.views.rooms, "get_object_or_404", forbidden(Room)), ROOM),
    Hole("the readers' list shows everybody who ever was there", put(
        Room, "seated", lambda self: self.memberships.speaking().exclude(speaks_as=None).select_related("person", "organization")),
        ("chat:readers", "chat:people_of")),
    Hole("the list shows others' rooms", put(MembershipQuerySet, "with_unread", every_seat), DOORSTEP),
    Hole("a view says it needs no sign-in", undeclared_open("chat:audience"), ROOM),
    Hole("the token of forms is not asked for", put(CsrfViewMiddleware, "process_view", lambda *_a: None), ("chat:post",)),
    Hole("pages may be kept", put(middleware.KeptNowhere, "process_response", lambda self, request, response: response), PAGES),
    Hole("the fences are down", put(fences.Fences, "process_response", lambda self, request, response: response), PAGES),
    Hole("the hub does not ask from where somebody reads", put(snapshots, "change", to_everybody()), sockets=("done",)),
    Hole("a session may hold a socket under an old password", put(snapshots, "_belongs", lambda *_: True), sockets=("outlived",)),
    Hole("people for whom nobody vouches may hold a socket", put(
        type(Person.objects.all()), "standing", lambda self: self.all()), sockets=("answered",)),
    Hole("sockets get every room", put(snapshots, "_rooms", every_room), sockets=("answered",)),
    Hole("typing is told without watching", put(consumers.Door, "typing", typing_anywhere), sockets=("answered",)),
    Hole("any site may open a socket", put(
        routing.SameOrigin, "allows", staticmethod(lambda origin, host: True)), sockets=("foreign",)),
    Hole("nobody is asked for a second factor", put(middleware.FactorRequired, "process_view", lambda *_a: None), DOORSTEP),
    Hole("a socket is not asked for a second factor", lambda patch: patch.setattr(
        type(Person.objects.all()), "with_lacks_factor", lambda self: self.annotate(lacks_factor=Value(False))
    ), sockets=("answered",)),
    Hole("anybody ends anybody's sign-in", put(SessionQuerySet, "of", lambda self, person: self.alive()), SIGN_INS),
    Hole("a session has no absolute end", put(
        Session, "why_ended", lambda self: "idle" if self.seen <= timezone.now() - settings.SESSION_IDLE else ""), DOORSTEP),
    Hole("a session never runs idle", put(
        Session, "why_ended", lambda self: "long" if self.expire_date <= timezone.now() else ""), DOORSTEP),
    Hole("sockets ask not whether their session is over", put(
        SessionQuerySet, "alive", lambda self: self.all()), sockets=("outlived",)),
    Hole("anybody witnesses a reset", lambda patch: patch.setattr(
        pattern("accounts:confirm_reset"), "callback", anybody_witnesses), ("accounts:confirm_reset",)),
]
