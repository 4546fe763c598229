"""The demo's rooms and talk. `hours` says when, `talk` what, `rooms` where; `ledger` writes it down."""
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.utils import timezone

from accounts.demo import FULL, last_transfer
from accounts.models import Affiliation, Department

from ..models import Room, RoomRequest
from . import talk
from .hours import WORKDAY, OfficeHours
from .ledger import Ledger, Post, Seat
from .rooms import DIRECTS, GROUPS, POOLS, REQUESTS, SCRIPTS


def fill(scale, random, now):
    """Writes rooms, seats, messages and one open request for the people of `accounts.demo`; returns `{what: how many}`."""
    house = House(scale, random, now)
    plans = [*house.departments(), *house.groups(), *house.directs()]
    if scale == FULL:
        plans += [*house.projects(), *house.themes(), *house.more_directs()]
    share_out(plans, scale)
    ledger = Ledger(random, now, house.right)
    for plan in plans:
        ledger.enter(plan.room, plan.seats, house.posts(plan), plan.unread)
    ledger.write()
    house.ask()
    return {"部屋": len(ledger.rooms), "発言": len(ledger.messages)}


@dataclass
class Plan:
    """A room before it is written, and how much is said in it."""

    room: Room
    seats: list
    pools: tuple
    script: list = field(default_factory=list)
    unread: dict = field(default_factory=dict)
    weight: float = 1
    amount: int = 0  # messages in all; 0: by weight
    hosts: dict = field(default_factory=dict)

    @property
    def scripted(self):
        """How many messages the script has."""
        return sum(len(lines) for _heading, lines in self.script)


def share_out(plans, scale):
    """Gives every plan its amount, so that all together make exactly the scale's messages."""
    free = [plan for plan in plans if not plan.amount]
    left = scale.messages - sum(plan.amount or plan.scripted for plan in plans)
    weights = sum(plan.weight for plan in free)
    for plan in free:
        plan.amount = plan.scripted + int(left * plan.weight / weights)
    max(free, key=lambda plan: plan.weight).amount += scale.messages - sum(plan.amount for plan in plans)


class House:
    """The people of the demo as the rooms need them."""

    def __init__(self, scale, random, now):
        self.scale, self.random, self.now = scale, random, now
        self.hours = OfficeHours(now)
        self.span = (380 if scale == FULL else 30) * WORKDAY
        self.begin = self.hours.before(self.span * 1.2)
        self.transfer = last_transfer(timezone.localdate(now))
        vouched = Affiliation.objects.filter(verification__isnull=False).order_by("pk")
        self.affiliations = list(vouched.select_related("person", "organization", "department"))
        self.person, self.body, self.bodies_people, self.held, self.home = {}, {}, {}, {}, {}
        for affiliation in self.affiliations:
            person, body = affiliation.person, affiliation.organization
            affiliation.person = self.person.setdefault(person.name, person)
            self.body[body.code] = body
            self.bodies_people.setdefault(body.code, {})[person.pk] = affiliation.person
            self.held.setdefault(person.pk, []).append(affiliation)
            if affiliation.is_primary:
                self.home[person.pk] = affiliation.department.name

    def right(self, seat, day):
        """The affiliation under which the person of this seat writes on that day, or None."""
        if seat.affiliation:
            return seat.affiliation
        held = [a for a in self.held[seat.person.pk] if a.organization_id == seat.organization.pk
                and a.starts <= day and (a.ends is None or day <= a.ends)]
        return min(held, key=lambda a: (not a.is_primary, a.starts, a.pk), default=None)

    # -- rooms --------------------------------------------------------------------------------------------------------

    def departments(self):
        """The room of every department somebody stands in, with those who were transferred away."""
        seats = {}
        for affiliation in self.affiliations:
            since = _midnight(affiliation.starts)
            until = affiliation.ends and _midnight(affiliation.ends + timedelta(days=1))
            seats.setdefault(affiliation.department_id, []).append(
                Seat(affiliation.person, affiliation.organization, affiliation, history=True, since=since, until=until)
            )
        for department in Department.objects.select_related("organization").order_by("pk"):
            seated = seats.get(department.pk, [])
            here = sum(seat.until is None for seat in seated)
            if not here:
                continue
            talks = here > 1 and any(seat.until is None and seat.since < self.begin for seat in seated)
            script, unread = SCRIPTS.get((department.organization.code, department.name), ("", {}))
            room = Room(
                kind=Room.Kind.DEPARTMENT, organization=department.organization, department=department, name=department.name
            )
            pool = next((pool for word, pool in POOLS if word in department.name), "shomu")
            yield Plan(room, seated, (pool, "kyotsu") if pool == "shomu" else (pool, "kyotsu", "shomu"),
                       talk.script(script) if script else [], unread, weight=here ** 0.5 * 1.2 if talks else 0)

    def groups(self):
        """The rooms of `rooms.GROUPS`."""
        for group in GROUPS:
            must = [self.person[name] for name in (group.keeper, *group.named)]
            seats = [seat for code, many in group.bodies.items() for seat in self._seats(code, many, must)]
            script = talk.script(group.script) if group.script else []
            topic = talk.Slots(self.random, self.now, self.today, {}).fill(group.topic)
            yield Plan(self._group(must[0], group.name, topic), self._settled(seats, must[0], must), group.pools, script,
                       group.unread, group.weight, group.full if self.scale == FULL else 0, group.hosts)

    def projects(self):
        """More group rooms inside the larger bodies."""
        projects = talk.names("projects")
        for code, people in self.bodies_people.items():
            for name in self.random.sample(projects, min(len(projects), len(people) // 14)):
                seats = self._seats(code, min(len(people), self.random.randint(5, 18)), [])
                yield self._more(name, seats, ("kyotsu", "shomu", self.random.choice([pool for _word, pool in POOLS])))

    def themes(self):
        """More group rooms between bodies."""
        for name in talk.names("themes"):
            codes = self.random.sample(sorted(self.bodies_people), self.random.randint(3, 7))
            seats = [seat for code in codes for seat in self._seats(code, self.random.randint(1, 5), [])]
            yield self._more(name, seats, ("renkei", "kyotsu", self.random.choice([pool for _word, pool in POOLS])))

    def directs(self):
        """The direct rooms of `rooms.DIRECTS`."""
        for one, other, script, unread in DIRECTS:
            yield self._direct(self.person[one], self.person[other], talk.script(script) if script else [], unread)

    def more_directs(self):
        """Direct rooms of people of one body."""
        everybody = [person for people in self.bodies_people.values() for person in people.values()]
        known = {frozenset(pair[:2]) for pair in DIRECTS}
        for one in self.random.sample(everybody, 240):
            other = self.random.choice(list(self.bodies_people[self.held[one.pk][0].organization.code].values()))
            pair = frozenset((one.name, other.name))
            if len(pair) == 2 and pair not in known:
                known.add(pair)
                yield self._direct(one, other, [], {})

    @property
    def today(self):
        """The workday that stands for today."""
        return timezone.localdate(self.hours.written_at(0, 510, 510))

    def _seats(self, code, many, must):
        """So many people of a body (0: all), those of `must` among them."""
        people = list(self.bodies_people[code].values())
        chosen = [person for person in people if person in must]
        others = [person for person in people if person not in must]
        chosen += others if not many else self.random.sample(others, max(0, min(len(others), many - len(chosen))))
        return [Seat(person, self.body[code]) for person in chosen]

    def _settled(self, seats, keeper, must=()):
        """Says who keeps the room, who came later, and who of the keeper's body may read what was before."""
        home = self.held[keeper.pk][0].organization
        for seat in seats:
            seat.keeper, seat.history = seat.person == keeper, seat.organization == home
            if seat.person not in must and not seat.keeper and self.random.random() < 0.15:
                seat.since = self.hours.before(self.random.uniform(0.1, 0.8) * self.span)
        return seats

    def _group(self, keeper, name, topic=""):
        return Room(kind=Room.Kind.GROUP, organization=self.held[keeper.pk][0].organization, name=name, topic=topic)

    def _more(self, name, seats, pools):
        keeper = seats[0].person
        return Plan(self._group(keeper, name), self._settled(seats, keeper), pools, weight=self.random.uniform(1, 4))

    def _direct(self, one, other, script, unread):
        key = "-".join(str(pk) for pk in sorted((one.pk, other.pk)))
        room = Room(kind=Room.Kind.DIRECT, direct_key=key, organization=self.held[one.pk][0].organization)
        seats = [Seat(person, self.held[person.pk][0].organization) for person in (one, other)]
        return Plan(room, seats, ("direct",), script, unread, weight=self.random.uniform(0.3, 1))

    # -- talk ---------------------------------------------------------------------------------------------------------

    def posts(self, plan):
        """Everything said in a room, oldest first: its script, and before that what was drawn from the pools."""
        spoken = list(self._scripted(plan))
        recent = [post.at for post in spoken if post.at > self.hours.before(self.span)]
        hours = OfficeHours(min(recent) - timedelta(hours=1)) if recent else self.hours
        spoken += self._drawn(plan, hours, plan.amount - len(spoken))
        return sorted(spoken, key=lambda post: post.at)

    def _scripted(self, plan):
        latest = max((_minutes(heading) + 4 * len(lines) for heading, lines in plan.script if heading.startswith("0 ")), default=0)
        today = self.today
        for heading, lines in plan.script:
            offset, slots = 0, talk.Slots(self.random, self.now, today, {})
            for line in lines:
                at = talk.heading_moment(heading, self.hours, self.transfer, latest, offset)
                seat = next(s for s in plan.seats if s.holds(at) and s.person.name.startswith(f"{line.speaker} "))
                slots.day = timezone.localdate(at)
                yield Post(at, seat, slots.fill(line.body), line.mark)
                offset += self.random.choice((1, 1.5, 2, 3, 4))

    def _drawn(self, plan, hours, amount):
        """`amount` messages in conversations over the demo's span, the last of them somewhere in the last two days."""
        chosen = list(self._chosen(plan, amount))
        speakers = self._speakers(plan)
        inner = [[self.random.uniform(0.4, 7) for _line in lines] for lines in chosen]
        rests = [self.random.expovariate(1) for _lines in chosen]
        scale = max(self.span * self.random.uniform(0.6, 1) - sum(map(sum, inner)), 0) / (sum(rests) or 1)
        behind, talks = self.random.uniform(0, 2 * WORKDAY) if hours is self.hours else 0, []
        for lines, gaps, rest in zip(chosen, inner, rests, strict=True):  # the newest first
            times = []
            for gap in gaps:
                times.append(hours.before(behind))
                behind += gap
            talks.append((lines, times[::-1]))
            behind += rest * scale
        for lines, times in reversed(talks):
            yield from self._conversation(plan, lines, times, speakers(times))

    def _chosen(self, plan, amount):
        """Conversations that make exactly `amount` messages; none comes back before the whole pool was used."""
        pool, bag = [lines for name in plan.pools for lines in self._pool(name)], []
        while amount > 0:
            bag = bag or self.random.sample(pool, len(pool))
            lines = bag.pop()[:amount]
            amount -= len(lines)
            yield lines

    def _pool(self, name, _read={}):  # noqa: B006 — read once per process
        if name not in _read:
            _read[name] = talk.conversations(name)
        return _read[name]

    def _speakers(self, plan):
        """A function: the seats that may write from the first to the last of some moments."""
        def standing(times):
            days = {timezone.localdate(times[0]), timezone.localdate(times[-1])}
            return [seat for seat in plan.seats if seat.holds(times[0]) and seat.holds(times[-1])
                    and all(self.right(seat, day) for day in days)]
        return standing

    def _conversation(self, plan, lines, times, seats):
        spoken = "".join(line.body for line in lines)
        cast, roles = {}, {line.speaker for line in lines} | {role for role in "ABC" if f"{{{role}}}" in spoken}
        for role in sorted(roles, key=lambda role: (role not in plan.hosts, role)):
            others = [seat for seat in seats if seat not in cast.values()] or seats
            at_home = [seat for seat in others if self.home[seat.person.pk] in plan.hosts.get(role, ())]
            cast[role] = self.random.choice(at_home or others)
        slots = talk.Slots(self.random, times[0], self.today, {role: seat.person for role, seat in cast.items()})
        for line, at in zip(lines, times, strict=True):
            yield Post(at, cast[line.speaker], slots.fill(line.body), line.mark)

    def ask(self):
        """The requests that wait for an answer."""
        for name, asker, asked, note in REQUESTS:
            by, person = self.held[self.person[asker].pk][0], self.person[asked]
            RoomRequest.objects.create(
                room=Room.objects.get(name=name, organization=by.organization), by=by, person=person, note=note,
                organization=self.held[person.pk][0].organization, at=self.hours.before(95),
            )


def _midnight(day):
    return timezone.make_aware(datetime.combine(day, time()))


def _minutes(heading):
    hour, minute = heading.split()[1].split(":")
    return int(hour) * 60 + int(minute)

