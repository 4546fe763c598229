"""The things behind the doors: rooms and who is in them, and one of every kind of thing that an address can name.

A *relation* is what such a thing is to the visitors: their own, their body's, another body's, one that never was.
"""
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailConfirmation
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from accounts.models import Department, FactorReset, Invitation, Mail, MailDomain, Organization, Session, Verification
from chat.models import Room, RoomRequest, seats

NEVER = 10**17  # an id that never was


@dataclass(frozen=True)
class Stand:
    """A room: who is in it, who keeps it, who wrote its only canary, and the person whom a keeper could take out."""

    room: Room
    people: set
    keeper: str
    author: str
    target: object


def furnish(house):
    """Gives the house its things; see the functions."""
    _public(house)
    _departments(house)
    _rooms(house)
    _requests(house)
    _invitations(house)
    _records(house)
    _sign_in(house)
    _secrets(house)


def _public(house):
    """A body of which nobody here is: only operators find it, in the admin."""
    words = {name: house.canary("organization", name, seen_by={"operator"}) for name in ("name", "label", "kana")}
    body = Organization.objects.create(code="131016", kind="special_ward", prefecture="東京都", **words)
    domain = "kanaria.city.example"
    MailDomain.objects.create(organization=body, domain=domain)
    house.may_see[domain] = {"operator"}


def _departments(house):
    """One more in each town: its own people read it in the tree, and the operator."""
    from .house import FUKAYA

    c = house.cast
    for body, people in ((c.fukaya, FUKAYA), (c.aisho, {"other", "neighbour"})):
        word = "fukaya" if body == c.fukaya else "aisho"
        name = house.canary("department", word, seen_by=people | {"operator"})
        kana = house.canary("department-kana", word, seen_by={"operator"} | ({"administrator"} & people))
        Department.objects.create(organization=body, name=name, kana=kana)


def _rooms(house):
    """Seven rooms. What is said in each only its people read; the office reads the names of rooms that are not direct."""
    c, fukaya = house.cast, {"administrator", "operator"}
    house.town = seats.start_group(c.outsider, "町の話")
    note = house.canary("note-direct", seen_by={"same", "neighbour"})
    c.asked = seats.open_direct(c.colleague, c.neighbour.affiliations.get(), note=note)
    c.office = Room.objects.get(department=c.ict)
    staff = {"same", "removed", "ordinary", "administrator"}
    house.rooms = {
        "shared": Stand(c.shared, {"member", "ordinary", "neighbour"}, "member", "member", c.neighbour),
        "closed": Stand(c.closed, {"same"}, "same", "same", c.neighbour),
        "town": Stand(house.town, {"other"}, "other", "other", c.outsider),
        "direct": Stand(c.direct, {"member", "same"}, "", "member", c.colleague),
        "asked": Stand(c.asked, {"same"}, "", "", c.neighbour),
        "department": Stand(c.department_room, {"member"}, "", "member", c.colleague),
        "office": Stand(c.office, staff, "", "same", c.administrator),
    }
    for word, stand in house.rooms.items():
        people, office = set(stand.people), {"operator"} if word == "town" else fukaya
        if stand.author and word != "shared":
            house.say(stand.room, house.visitors[stand.author], word, people)
        if stand.room.kind == Room.Kind.GROUP:
            name = house.canary("room", word, seen_by=people | office | ({"neighbour"} if word == "closed" else set()))
            topic = house.canary("topic", word, seen_by=people | office)
            Room.objects.filter(pk=stand.room.pk).update(name=name, topic=topic)
            stand.room.name, stand.room.topic = name, topic
    house.numbers = {"last": 3, "first": 1, "gap": 2, "withdrawn": 4, "absent": NEVER}


def _requests(house):
    """The neighbour is asked into the closed room; the other one of 愛荘町 was asked and has said no."""
    c = house.cast
    c.request.note = house.canary("note", seen_by={"same", "neighbour"})
    c.request.save()
    mine = c.member.affiliations.get()
    answered = RoomRequest.objects.create(
        room=c.shared, person=c.outsider, organization=c.aisho, by=mine, note=house.canary("note-answered", seen_by=set()),
        answered_at=timezone.now(), accepted=False,
    )
    house.requests = {"own": c.request.pk, "answered": answered.pk, "absent": NEVER}


def _invitations(house):
    """One that stands is the house's; these are spent, and one is another body's."""
    c, made = house.cast, {}
    for word, body, address in (
        ("used", c.fukaya, "kanaria-used@city.fukaya.example"), ("withdrawn", c.fukaya, "kanaria-gone@city.fukaya.example"),
        ("other", c.aisho, "kanaria-town@town.aisho.example"),
    ):
        made[word] = Invitation.objects.issue(c.operator, body, address)
        house.may_see[address] = {"operator"} | (set() if word == "other" else {"administrator"})
    Invitation.objects.filter(pk=made["used"][0].pk).update(accepted_at=timezone.now())
    Invitation.objects.filter(pk=made["withdrawn"][0].pk).update(withdrawn_at=timezone.now())
    house.invitations = {"own": house.invitation.pk, "absent": NEVER} | {word: row.pk for word, (row, _t) in made.items()}
    spent = {word: token for word, (_row, token) in made.items() if word != "other"}
    house.tokens = {"own": house.token, "absent": "nothing"} | spent


def _records(house):
    """Letters, the reason of a withdrawal, and what the admin wrote down."""
    c = house.cast
    words = house.canary("letter", seen_by=set())
    house.mail = Mail.objects.create(
        recipient="kanaria-letter@city.fukaya.example", sender="kanaria-sender@engawa.example", body=words,
        subject=house.canary("subject", seen_by={"operator"}), error=house.canary("error", seen_by={"operator"}),
    )
    house.may_see |= {house.mail.recipient: {"operator"}, house.mail.sender: {"operator"}}
    reason = house.canary("reason", seen_by={"administrator", "operator"})
    Verification.objects.filter(affiliation__person=c.withdrawn).update(reason=reason)
    log = LogEntry.objects.create(
        user=c.operator, content_type=ContentType.objects.get_for_model(Organization), object_id="0", action_flag=CHANGE,
        object_repr=house.canary("log-row", seen_by={"operator"}), change_message=house.canary("log", seen_by={"operator"}),
    )
    house.log = log


def _sign_in(house):
    """Where somebody is signed in, a second factor, and the request that one be taken away. Of people who never knock."""
    c = house.cast
    house.session = Session.objects.create(
        session_key="kanariasessionkey", session_data="kanaria-session-data", person=c.member, address="192.0.2.77",
        agent=house.canary("agent", seen_by={"member"}), expire_date=timezone.now() + timedelta(days=1),
    )
    house.factor = Authenticator.objects.create(user=c.left, type=Authenticator.Type.TOTP, data={"secret": "kanaria-factor-secret"})
    house.may_see[house.session.address] = {"member"}
    hidden = [house.session.session_key, house.session.session_data, "kanaria-factor-secret"]
    house.may_see |= {word: set() for word in hidden}
    reason = house.canary("reset-reason", seen_by={"member", "administrator", "operator"})
    house.reset = FactorReset.objects.create(
        person=c.colleague, organization=c.fukaya, by=c.administrator, witness=c.member, reason=reason
    )


def _secrets(house):
    """What nobody reads at any door: hashes and keys."""
    for person in house.visitors.values():
        if person:
            house.may_see[person.password] = set()
    for invitation in Invitation.objects.all():
        house.may_see[invitation.digest] = set()
    address = house.cast.pending.emailaddress_set.get()
    EmailConfirmation.objects.create(email_address=address, key="kanaria-confirmation", sent=timezone.now())
    house.may_see["kanaria-confirmation"] = set()


def affiliations(house):
    """`{relation: affiliation}` for the pages of a body's administrators and the forms that name somebody."""
    without = {"anonymous", "expired", "idle", "operator", "unfactored"}
    return {name: person.affiliations.get() for name, person in house.visitors.items() if name not in without}


def objects(house, own=True):
    """`{model: row}` for the admin's pages: of 深谷市, or of 愛荘町."""
    c = house.cast
    body, person, room = (c.fukaya, c.member, c.shared) if own else (c.aisho, c.outsider, house.town)
    invitation = house.invitation if own else Invitation.objects.get(pk=house.invitations["other"])
    return {
        "organization": body, "person": person, "room": room, "mail": house.mail, "invitation": invitation,
        "department": Department.objects.filter(organization=body).first(), "affiliation": person.affiliations.get(),
        "verification": Verification.objects.get(affiliation__person=person), "factorreset": house.reset,
    }
