"""What stands behind the doors: the cast of the tests, with a canary in every name, title and body.

`House.may_see[canary]` names the visitors who may read it; anywhere else it is a leak. What people share by right —
their own name, the names of their own body's staff and of those they share a room with, contact points — is said here.
"""
import datetime

from django.apps import apps
from django.utils import timezone

from accounts.models import Affiliation, Department, Invitation, Mail, Verification
from chat.models import Room, seats

from .. import cast
from ..cast import say

VISITORS = [
    "anonymous", "pending", "withdrawn", "other", "same", "removed", "member", "neighbour", "administrator", "operator"
]
FUKAYA = {"same", "removed", "member", "administrator"}  # those for whom 深谷市 vouches
STANDING = FUKAYA | {"other", "neighbour"}
OFFICE = {"administrator", "operator"}  # those who open the admin
NAMES = {  # who may read a person's name
    "pending": {"pending"} | OFFICE,
    "withdrawn": {"withdrawn"} | OFFICE,
    "other": {"other", "neighbour", "operator"},
    "same": FUKAYA | {"neighbour", "operator"},  # asks the neighbour into a room
    "removed": FUKAYA | {"neighbour", "operator"},  # wrote while the neighbour was in the room
    "member": FUKAYA | {"neighbour", "operator"},
    "neighbour": STANDING | {"operator"},  # a contact point
    "administrator": FUKAYA | {"operator"},
    "operator": OFFICE,  # vouched for the people of 深谷市, which the record says
}


class House:
    """A cast with canaries, and the ids every route is tried with."""

    def __init__(self):
        self.cast, self.may_see = cast.cast(), {}
        c = self.cast
        self.visitors = dict(zip(VISITORS, [
            None, c.pending, c.withdrawn, c.outsider, c.colleague, c.removed, c.member, c.neighbour, c.administrator, c.operator
        ], strict=True))
        self._name_people()
        self._name_rooms()
        self._talk()
        self._invite()
        Affiliation.objects.update(starts=timezone.localdate() - datetime.timedelta(days=9))  # so that they may transfer

    def canary(self, *words, seen_by):
        """A word that stands nowhere else, and who may read it."""
        word = ".".join(["kanaria", *words, ""])
        self.may_see[word] = set(seen_by)
        return word

    def _name_people(self):
        for visitor, person in self.visitors.items():
            if person:
                person.name = self.canary("name", visitor, seen_by=NAMES[visitor])
                person.kana = self.canary("kana", visitor, seen_by=NAMES[visitor])
                person.save()
                fukaya = visitor in FUKAYA | {"pending", "withdrawn"}
                self.may_see[person.email] = {visitor, "operator"} | ({"administrator"} if fukaya else set())

    def _name_rooms(self):
        c = self.cast
        self.town = seats.start_group(c.outsider, "町の話")
        self._name(c.shared, "shared", {"member", "neighbour"} | OFFICE)
        self._name(c.closed, "closed", {"same"} | OFFICE)
        self._name(self.town, "town", {"other", "operator"})
        self.may_see[c.closed.name].add("neighbour")  # is asked into it
        c.request.note = self.canary("note", seen_by={"same", "neighbour"})
        c.request.save()

    def _name(self, room, word, seen_by):
        room.name = self.canary("room", word, seen_by=seen_by)
        room.topic = self.canary("topic", word, seen_by=seen_by)
        Room.objects.filter(pk=room.pk).update(name=room.name, topic=room.topic)

    def _talk(self):
        c = self.cast
        seats.admit(c.shared, c.member, c.removed.affiliations.get())
        self._say(c.shared, c.removed, "first", {"member", "neighbour"})
        seats.remove(c.shared, c.member, c.removed)
        seats.leave(c.shared, c.neighbour)
        self._say(c.shared, c.member, "gap", {"member"})
        seats.accept(seats.admit(c.shared, c.member, c.neighbour.affiliations.get()), c.neighbour)
        self._say(c.shared, c.member, "last", {"member", "neighbour"})
        self._say(c.shared, c.member, "withdrawn", set()).withdraw(c.member)
        self._say(c.closed, c.colleague, "closed", {"same"})
        self._say(c.direct, c.member, "direct", {"member", "same"})
        self._say(c.department_room, c.member, "department", {"member"})
        self._say(self.town, c.outsider, "town", {"other"})

    def _say(self, room, author, word, seen_by):
        return say(room, author, self.canary("body", word, seen_by=seen_by))

    def _invite(self):
        c = self.cast
        address = "kanaria-invited@city.fukaya.example"
        self.invitation, self.token = Invitation.objects.issue(c.administrator, c.fukaya, address)
        self.may_see[address] = set(OFFICE)
        # Whoever holds the letter reads there to whom it went, and who asks them in.
        self.on_the_door = {"accounts:invitation": {address, c.administrator.name}}
        words = self.canary("letter", seen_by=set())
        self.mail = Mail.objects.create(recipient="kanaria-letter@city.fukaya.example", subject="件名", body=words)
        self.may_see[self.mail.recipient] = {"operator"}

    def objects(self, own=True):
        """`{model: row}` for the admin's pages: of 深谷市, or of 愛荘町."""
        c = self.cast
        body, person, room = (c.fukaya, c.member, c.shared) if own else (c.aisho, c.outsider, self.town)
        return {
            "organization": body, "person": person, "room": room, "mail": self.mail, "invitation": self.invitation,
            "department": Department.objects.filter(organization=body).first(), "affiliation": person.affiliations.get(),
            "verification": Verification.objects.get(affiliation__person=person),
        }


def digest():
    """Every row of ours, to see whether a knock changed anything."""
    models = [model for app in ("accounts", "chat") for model in apps.get_app_config(app).get_models()]
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in models}
