"""The demo's rows, written many at a time. It replays what `Room.post`, `Message.edit` and the seats would have done:
every post takes the next number and change, every arrival, departure, edit and withdrawal the next change."""
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Affiliation, Organization, Person

from ..models import Membership, Message, Room


@dataclass
class Seat:
    """One person's period in a room, by right of a body (or of one affiliation of it)."""

    person: Person
    organization: Organization
    affiliation: Affiliation | None = None
    keeper: bool = False
    history: bool = False
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at):
        """Whether they are in the room then."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True)
class Post:
    """One message: when, whose, what; `mark` as in a script."""

    at: datetime
    seat: Seat
    body: str
    mark: str = ""


@dataclass
class Ledger:
    """Collects the rows of all rooms; `write` stores them."""

    random: object
    now: datetime
    right: object  # (seat, date) -> the affiliation under which the seat's person writes that day
    rooms: list = field(default_factory=list)
    memberships: list = field(default_factory=list)
    messages: list = field(default_factory=list)

    def enter(self, room, seats, posts, unread):
        """Enters a room with its seats and its posts (oldest first); `unread` maps names to how many they have unread."""
        start = (posts[0].at if posts else self.now) - timedelta(minutes=40)
        room.created_at = start
        events = [(max(seat.since or start, start), 1, self._join, seat) for seat in seats if not seat.until or seat.until > start]
        events += [(seat.until, 0, self._leave, seat) for seat in seats if seat.until and seat.until > start]
        events += [(post.at, 2, self._post, post) for post in posts]
        events += [(self._second_thought(post), 3, self._alter, post) for post in posts if post.mark]
        self.open, self.posted = {}, {}
        for at, _order, deed, thing in sorted(events, key=lambda event: event[:2]):
            room.last_change += 1
            deed(room, at, thing)
        for membership in self.open.values():
            self._read(room, membership, unread)
        self.rooms.append(room)

    def _join(self, room, at, seat):
        room.audience_change = room.last_change
        membership = Membership(
            room=room, person=seat.person, organization=seat.organization, affiliation=seat.affiliation, joined_at=at,
            from_number=1 if seat.history else room.last_number + 1, read_number=room.last_number, is_keeper=seat.keeper,
        )
        self.open[seat.person.pk] = membership
        self.memberships.append(membership)

    def _leave(self, room, at, seat):
        membership = self.open.pop(seat.person.pk)
        membership.left_at, membership.until_number = at, room.last_number
        membership.read_number = room.last_number

    def _post(self, room, at, post):
        room.last_number += 1
        room.posted_at = at
        right = self.right(post.seat, timezone.localdate(at))
        message = Message(
            room=room, number=room.last_number, change=room.last_change, author=post.seat.person, affiliation=right,
            badge=right.badge, body=post.body, posted_at=at, client_id=uuid.UUID(int=self.random.getrandbits(128), version=4),
        )
        self.open[post.seat.person.pk].read_number = room.last_number
        self.posted[id(post)] = message
        self.messages.append(message)

    def _second_thought(self, post):
        return min(post.at + timedelta(minutes=2), self.now)

    def _alter(self, room, at, post):
        message = self.posted[id(post)]
        message.change = room.last_change
        if post.mark == "~":
            message.edited_at = at
        else:
            message.body, message.withdrawn_at = "", at

    def _read(self, room, membership, unread):
        """Most have read to the end, some lag a little, a few a lot; nobody less than their own last words."""
        dice = self.random.random()
        lag = 0 if dice < 0.5 else self.random.randint(1, 6) if dice < 0.85 else self.random.randint(5, 40)
        lag = unread.get(membership.person.name, lag)
        membership.read_number = max(membership.read_number, room.last_number - lag)

    def write(self):
        """Stores everything, rooms first."""
        Room.objects.bulk_create(self.rooms)
        Membership.objects.bulk_create(self.memberships, batch_size=2_000)
        Message.objects.bulk_create(self.messages, batch_size=2_000)
