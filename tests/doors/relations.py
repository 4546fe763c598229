"""What a route's ids may name, and to whom it is open: read from the house, so that a route declares nothing but itself.

One rule for every door: a thing out of reach looks like one that never was, to the byte; a thing within reach answers as
the table says of somebody with the same part in it.
"""
from dataclasses import dataclass, field

from .things import NEVER, affiliations, objects

AUTHORS = {"chat:words", "chat:edit", "chat:withdraw"}  # doors of who wrote the message
KEEPERS = {"chat:people_of", "chat:remove"}  # doors of who keeps the room, as far as they are deeds
GONE = ("pending", "withdrawn", "ended", "deactivated")  # of whom no body speaks today
BY_STATE = {"200", "302"}  # what a deed on somebody of one's own body may answer: done, or said why not


@dataclass(frozen=True)
class Relation:
    """One way to fill in a route: its ids and form, the visitors for whom it is within reach, and what it then answers."""

    name: str
    ids: dict
    near: frozenset = frozenset()
    answers: dict = field(default_factory=dict)  # visitor: the outcomes allowed
    form: dict | None = None
    exact: bool = True  # out of reach looks like absent to the byte, and not only in its outcome


def relations(knocker, method, door, row):
    """Every Relation of one row of the table, beside the one the table itself speaks of."""
    parameters = knocker.parameters(door)
    if door.startswith("admin") and knocker.model(door):
        return list(_admin(knocker, door))
    if "room_id" in parameters:
        return [*_rooms(knocker, method, door, row), *(_messages(knocker, method, door, row) if "number" in parameters else ())]
    if "request_id" in parameters:
        return list(_requests(knocker))
    if "token" in parameters:
        return [Relation(name, {"token": token}) for name, token in knocker.house.tokens.items() if name != "own"]
    if door == "accounts:withdraw_invitation":
        return list(_invitations(knocker, row))
    if "mfa" in door or "ref" in parameters or ("pk" in parameters and "_reset" in door and door != "accounts:ask_reset"):
        return []
    if "pk" in parameters:
        return list(_staff(knocker, door, row))
    return list(_named(knocker, method, door))


def _part(row, visitor, is_first):
    """The cell of somebody with the first part (author, keeper), or of one merely in the room."""
    return {row["member" if is_first else "neighbour"]}


def _rooms(knocker, method, door, row):
    for name, stand in knocker.house.rooms.items():
        answers, target = {}, next((v for v in stand.people if knocker.house.visitors[v] == stand.target), None)
        for visitor in stand.people:
            part = visitor == (stand.author if door in AUTHORS else stand.keeper if door in KEEPERS else visitor)
            answers[visitor] = _part(row, visitor, part)
            if method == "POST" and door == "chat:leave" and not stand.keeper:
                answers[visitor] = {"403"}  # only groups are left by hand
            if method == "POST" and door == "chat:remove" and target in (None, visitor):
                answers[visitor] = {"404"} if target is None else {"403"}
            if name == "asked" and door == "chat:post" and method == "POST":
                answers[visitor] = {"409"}  # the other side has not accepted
            if name == "asked" and "number" in knocker.parameters(door):
                answers[visitor] = {"404", "405"}  # nothing was said there
        number = {"number": stand.room.messages.order_by("number").values_list("number", flat=True).first() or 1}
        number = {"number": 3} if name == "shared" else number
        ids = {"room_id": stand.room.pk, "person_id": stand.target.pk, **number}
        yield Relation(f"room {name}", ids, frozenset(stand.people), answers)


def _messages(knocker, method, door, row):
    house = knocker.house
    for name, number in house.numbers.items():
        word = f"kanaria.body.{'last' if name == 'withdrawn' else name}."
        near = house.may_see.get(word, set())
        author = {"first": "removed", "absent": ""}.get(name, "member")
        answers = {v: _part(row, v, (v == author and name != "withdrawn") or door not in AUTHORS) for v in near}
        yield Relation(f"message {name}", {"number": number}, frozenset(near), answers)


def _requests(knocker):
    for name, pk in knocker.house.requests.items():
        if name != "own":
            yield Relation(f"request {name}", {"request_id": pk})


def _staff(knocker, door, row):
    """Affiliations: their own body's administrators reach them, whatever their state."""
    for name, affiliation in affiliations(knocker.house).items():
        near = {"administrator"} if affiliation.organization == knocker.house.cast.fukaya else set()
        near = set() if door == "accounts:sign_out" and name in GONE else near  # only those for whom the body vouches
        answers = {"administrator": {row["administrator"], *(BY_STATE if row["administrator"] == "302" else ())}}
        yield Relation(f"affiliation {name}", {"pk": affiliation.pk}, frozenset(near), answers if near else {})


def _invitations(knocker, row):
    for name, pk in knocker.house.invitations.items():
        near = frozenset({"administrator"} if name not in ("other", "absent") else set())
        yield Relation(f"invitation {name}", {"pk": pk}, near, {"administrator": {row["administrator"]}} if near else {})


def _admin(knocker, door):
    """Rows of another body, direct rooms, and none. Django names the id it did not find, so only outcomes are compared."""
    model = knocker.model(door)
    for name, own in (("own", True), ("other", False)):
        row = objects(knocker.house, own)[model]
        if name == "own" or model not in ("mail", "factorreset"):
            near = {"operator"} | ({"administrator"} if own and model != "mail" else set())
            yield Relation(f"row {name}", {"object_id": row.pk}, frozenset(near), {}, exact=False)
    if model == "room":
        yield Relation("row direct", {"object_id": knocker.house.cast.direct.pk}, frozenset({"operator"}), {}, exact=False)


def _named(knocker, method, door):
    """Deeds that name somebody in their form: whom one cannot find is nobody."""
    if (method, door) != ("POST", "chat:speak"):
        return
    found = {
        "fukaya": {"same", "removed", "member", "ordinary", "administrator"}, "aisho": {"other", "neighbour"},
    }
    for name, affiliation in affiliations(knocker.house).items():
        near = set(found["fukaya" if affiliation.organization == knocker.house.cast.fukaya else "aisho"])
        if name in GONE:
            near = set()
        near |= {"neighbour"} if name in ("member", "ordinary") else set()  # share a room
        near |= {"fukaya": set(), "neighbour": found["fukaya"] | found["aisho"]}.get(name, set())
        answers = {visitor: {"403" if visitor == name else "302"} for visitor in near}
        yield Relation(f"person {name}", {}, frozenset(near), answers, form={"affiliation": affiliation.pk})


ABSENT_FORM = {"chat:speak": {"affiliation": NEVER}}
