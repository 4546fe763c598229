"""What stands behind the doors: the cast of the tests, with a canary in every name, title and body.

`House.may_see[canary]` names the visitors who may read it; anywhere else it is a leak. What people share by right —
their own name, the names of their own body's staff and of those they share a room with, contact points — is said here.
`canaries.py` holds that no column of ours is without one.
"""
import datetime

from django.apps import apps
from django.utils import timezone

from accounts.models import Affiliation, Department, Invitation, Session
from chat.models import seats

from .. import cast
from ..cast import say
from .things import furnish

# Whoever knocks; `table.py` says what each column means, and who answers like whom.
VISITORS = [
    "anonymous", "expired", "idle", "deactivated", "pending", "withdrawn", "ended", "other", "same", "removed", "member",
    "ordinary", "neighbour", "unfactored", "administrator", "operator",
]
FUKAYA = {"same", "removed", "member", "ordinary", "administrator"}  # those for whom 深谷市 vouches
STANDING = FUKAYA | {"other", "neighbour"}
SHARED = {"member", "ordinary", "neighbour"}  # in the room of both towns
OFFICE = {"administrator", "operator"}  # those who open the admin
KNOWN = FUKAYA | {"pending", "withdrawn", "ended", "deactivated"}  # whom the administrator's page lists
NAMES = {  # who may read a person's name
    "pending": {"pending"} | OFFICE,
    "withdrawn": {"withdrawn"} | OFFICE,
    "ended": {"ended"} | OFFICE,
    "deactivated": OFFICE,
    "other": {"other", "neighbour", "operator"},
    "same": FUKAYA | {"neighbour", "operator"},  # asks the neighbour into a room
    "removed": FUKAYA | {"neighbour", "operator"},  # wrote while the neighbour was in the room
    "member": FUKAYA | {"neighbour", "operator"},
    "ordinary": FUKAYA | {"neighbour", "operator"},
    "neighbour": STANDING | {"operator"},  # a contact point
    "unfactored": {"unfactored", "operator"} | SHARED,  # of a third body, in the room, and lacks the factor it asks for
    "administrator": FUKAYA | {"operator"},
    "operator": OFFICE,  # vouched for the people of 深谷市, which the record says
}


class House:
    """A cast with canaries. `rooms`, `numbers` and `objects` are what every route is tried with (things.py)."""

    def __init__(self):
        self.cast, self.may_see = cast.cast(), {}
        c = self.cast
        self._more_people(c)
        self.visitors = {
            "anonymous": None, "expired": c.member, "idle": c.member, "deactivated": c.deactivated, "pending": c.pending,
            "withdrawn": c.withdrawn, "ended": c.ended, "other": c.outsider, "same": c.colleague, "removed": c.removed,
            "member": c.member, "ordinary": c.ordinary, "neighbour": c.neighbour, "unfactored": c.unfactored,
            "administrator": c.administrator, "operator": c.operator,
        }
        self._name_people()
        self._talk()
        self._invite()
        furnish(self)
        since = timezone.localdate() - datetime.timedelta(days=9)
        Affiliation.objects.update(starts=since)  # so that they may transfer
        c.ended.affiliations.update(ends=timezone.localdate() - datetime.timedelta(days=1))
        c.deactivated.is_active = False
        c.deactivated.save()

    def canary(self, *words, seen_by):
        """A word that stands nowhere else, and who may read it."""
        word = ".".join(["kanaria", *words, ""])
        self.may_see[word] = set(seen_by)
        return word

    def _more_people(self, c):
        """One more of the room who keeps nothing, and two who have lost everything but their open memberships."""
        for name, address in {"ordinary": "ogawa", "ended": "owari", "deactivated": "tomeru"}.items():
            setattr(c, name, cast.person("小川 実", f"{address}@city.fukaya.example"))
            affiliation = cast.affiliate(getattr(c, name), c.ict, c.operator)
            seats.admit(c.shared, c.member, affiliation)

        c.left = cast.person(self.canary("name", "left", seen_by={"other", "neighbour", "operator"}), "zenkai@town.aisho.example")
        self._guest(c.left, c.seisaku, c)  # of the other town, in the room once
        seats.leave(c.shared, c.left)
        body = cast.organization("131113", "大田区", "special_ward", "東京都", "city.ota.example")
        c.unfactored = cast.person("大田 一", "hitori@city.ota.example")
        self._guest(c.unfactored, Department.objects.create(organization=body, name="区政情報課"), c)
        body.second_factor_from = timezone.localdate()
        body.save()

    def _guest(self, person, department, c):
        """Brings somebody of another body into the shared room; afterwards they are no contact point any more."""
        affiliation = cast.affiliate(person, department, c.operator, is_contact=True)
        seats.accept(seats.admit(c.shared, c.member, affiliation), person)
        person.affiliations.update(is_contact=False)

    def _name_people(self):
        for visitor, person in self.visitors.items():
            if person and visitor not in ("expired", "idle"):
                person.name = self.canary("name", visitor, seen_by=NAMES[visitor])
                person.kana = self.canary("kana", visitor, seen_by=NAMES[visitor])
                person.save()
                self.may_see[person.email] = {visitor, "operator"} | ({"administrator"} if visitor in KNOWN else set())
                for affiliation in person.affiliations.all():
                    affiliation.title = self.canary("title", visitor, seen_by=NAMES[visitor])
                    affiliation.save()

    def _talk(self):
        """The numbers of the shared room: 1 by the removed one, 2 while the neighbour was away, 3 by the member, 4 taken back."""
        c = self.cast
        c.shared.memberships.filter(person__in=[c.ordinary, c.ended, c.deactivated, c.unfactored]).update(from_number=3)
        seats.admit(c.shared, c.member, c.removed.affiliations.get())
        self.say(c.shared, c.removed, "first", {"member", "neighbour"})
        seats.remove(c.shared, c.member, c.removed)
        seats.leave(c.shared, c.neighbour)
        self.say(c.shared, c.member, "gap", {"member"})
        seats.accept(seats.admit(c.shared, c.member, c.neighbour.affiliations.get()), c.neighbour)
        self.say(c.shared, c.member, "last", SHARED)
        self.say(c.shared, c.member, "withdrawn", set()).withdraw(c.member)

    def say(self, room, author, word, seen_by):
        """Posts a canary."""
        return say(room, author, self.canary("body", word, seen_by=seen_by))

    def _invite(self):
        c = self.cast
        address = "kanaria-invited@city.fukaya.example"
        title = self.canary("title", "invited", seen_by=OFFICE)
        self.invitation, self.token = Invitation.objects.issue(c.administrator, c.fukaya, address, title=title)
        self.may_see[address] = set(OFFICE)
        # Whoever holds the letter reads there to whom it went, and who asks them in.
        self.on_the_door = {"accounts:invitation": {address, title, c.administrator.name}}


def digest():
    """Every row of ours but sessions, whose last use is noted, to see whether a knock changed anything."""
    models = [model for app in ("accounts", "chat", "mfa") for model in apps.get_app_config(app).get_models()]
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in models if model is not Session}
