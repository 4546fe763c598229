"""What the hub reads: each function is one look at the database, made in a thread, for many sockets at once."""
from collections import defaultdict
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db.models import Q
from django.utils.crypto import constant_time_compare

from accounts.models import Person, Session
from accounts.prepared import Prepared

from .markup import item
from .models import Membership, Message, Presence, Room, seats

FRAME_CHARACTERS = 256 * 1024  # of markup in one frame; more, and the browser fetches
BATCH = 100  # messages a frame or an answer may carry; more, and the browser fetches page by page

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore


@dataclass(frozen=True)
class Change:
    """What a room looks like now, and what changed in it since a given change."""

    last_number: int
    last_change: int
    audience: int
    starts: dict  # person id → the number from which they read
    authors: dict  # those who wrote what changed: person id → the number to which they have read
    items: list  # [number, html], by change
    more: bool  # there was more than fits


def change(room_id, since):
    """What changed in a room after `since`. The counters are read first, and a room's changes commit in order, so
    everything up to `last_change` is there to be read."""
    [(last_number, last_change, audience)] = CLOCK(room=room_id)
    starts, read_numbers = {}, {}
    for person, start, number in PEOPLE(room=room_id):
        starts[person], read_numbers[person] = start, number
    changed = Message.objects.shown().filter(room=room_id, change__gt=since, change__lte=last_change)
    messages = list(changed.order_by("change")[: BATCH + 1])
    more = len(messages) > BATCH
    items = [] if more else [item(message) for message in messages]
    if sum(len(html) for _number, html in items) > FRAME_CHARACTERS:  # nobody who does not read is owed more in one piece
        more, items = True, []
    authors = {m.author_id: read_numbers[m.author_id] for m in messages if m.author_id in read_numbers}
    return Change(last_number, last_change, audience, starts, authors, items, more)


CLOCK = Prepared(lambda room: Room.objects.filter(pk=room).values_list("last_number", "last_change", "audience_change"))
PEOPLE = Prepared(
    lambda room: Membership.objects.standing().filter(room=room).values_list("person", "from_number", "read_number")
)


def settle(person_id):
    """Writes down what this person's standing now means for their memberships."""
    seats.settle(Person.objects.get(pk=person_id))


def reads(room_id, people=None):
    """`{person: number read}` of the room's people now, or of those named."""
    seats = Membership.objects.standing().filter(room=room_id)
    if people is not None:
        seats = seats.filter(person__in=people)
    return dict(seats.values_list("person", "read_number"))


def starts(room_id):
    """`{person: number}`: from where those of the room's people read who do not read it from the beginning."""
    return dict(Membership.objects.standing().filter(room=room_id, from_number__gt=1).values_list("person", "from_number"))


def here(room_ids):
    """`{room: [person, …]}`: who of each room's people is here."""
    seats = Membership.objects.standing().filter(room__in=room_ids, person__in=Presence.objects.here().values("person"))
    found = defaultdict(list)
    for room, person in seats.order_by("person").values_list("room", "person"):
        found[room].append(person)
    return found


def counters(room_ids):
    """`{room: (last number, last change)}`."""
    rows = Room.objects.filter(pk__in=room_ids).values_list("pk", "last_number", "last_change")
    return {pk: (number, last) for pk, number, last in rows}


def whose(session_key):
    """The person signed in by this session, None for a session that is nobody's (any more). Looks, and writes nothing:
    Django's own get_user would give the session a new key that the browser never hears of."""
    data = SessionStore(session_key)
    pk = data.get(SESSION_KEY)
    person = Person.objects.of_session(int(pk)) if pk else None
    return person if person and person.is_active and _proves(data, person) else None


def entitled(claims):
    """Which sessions may still hold a socket, and which rooms are open to their people.

    Takes `{session key: person id}`; returns `{session key: {room id: hello row}}` with only the sessions that are
    alive, carry the person's current password, and belong to somebody for whom a body vouches and who lacks no second factor.
    """
    people = Person.objects.standing().with_lacks_factor().filter(lacks_factor=False).in_bulk(set(claims.values()))
    sessions = Session.objects.alive().filter(pk__in=claims).in_bulk()
    rooms = _rooms(people)
    alive = {}
    for key, person_id in claims.items():
        if key in sessions and person_id in people and _belongs(sessions[key], people[person_id]):
            alive[key] = rooms[person_id]
    return alive


def _belongs(session, person):
    return _proves(SessionStore().decode(session.session_data), person)


def _proves(data, person):
    """Whether a session's data are this person's, with the password of today, under the present secret key or a former one."""
    hashes = [person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()]
    given = data.get(HASH_SESSION_KEY) or ""
    return data.get(SESSION_KEY) == str(person.pk) and any(constant_time_compare(given, one) for one in hashes)


def _rooms(people):
    rooms = defaultdict(dict)
    rows = Membership.objects.standing().filter(Q(person__in=people)).values_list(
        "person", "room", "room__last_number", "room__last_change", "read_number", "from_number"
    )
    for person, room, number, last, read, start in rows:
        rooms[person][room] = {
            "room": room, "last_number": number, "last_change": last, "read_number": read, "from_number": start,
        }
    return rooms
