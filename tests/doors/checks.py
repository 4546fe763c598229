"""What the doors table asserts, as generators of faults: one for each thing said of a door. Each takes a Knocker.

`knocker.cells` keeps what was tried: `(method, door, visitor, relation)`.
"""
from django.db import transaction

from .house import VISITORS, digest
from .knock import REFUSED
from .relations import ABSENT_FORM, relations
from .table import ACTIONS, LIKE, ROUTES, declared
from .things import affiliations, objects

ROWS, DEEDS = declared(ROUTES), declared(ACTIONS)
OTHER_METHODS = ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"]
TO_THE_BYTE = [visitor for visitor, other in LIKE.items() if other == "anonymous"]


def tried(knocker, visitor, method, door, relation, **given):
    """One cell: its reply, and what is wrong with it whatever the door says — a canary that leaks, a header that lacks."""
    knocker.cells.add((method, door, visitor, relation))
    reply = knocker.knock(visitor, method, door, **given)
    faults = [f"{visitor} {method} {door} ({relation}) reads {word}" for word in knocker.leaks(visitor, reply, door)]
    faults += [f"{visitor} {method} {door} ({relation}) lacks {what}" for what in reply.bare]
    return reply, faults


def answers(knocker, method, door):
    """The door answers each visitor as declared; who is like the anonymous one, to the byte."""
    faces = {}
    for visitor in VISITORS:
        reply, faults = tried(knocker, visitor, method, door, "own")
        yield from faults
        faces[visitor] = reply.face
        if reply.outcome != (expected := ROWS[method, door][visitor]):
            yield f"{visitor} {method} {door}: {reply.outcome}, declared {expected}"
    yield from (f"{v} {method} {door}: not as anonymous" for v in TO_THE_BYTE if faces[v] != faces["anonymous"])


def hides(knocker, method, door, visitors=VISITORS):
    """A stranger cannot tell hidden from absent, nor a good form from a bad one."""
    for visitor in visitors:
        if ROWS[method, door][visitor] != "404":
            continue
        hidden, faults = tried(knocker, visitor, method, door, "own")
        yield from faults
        absent = {"absent": knocker.absent(door)} if knocker.absent(door) else {}
        for relation, ids in {"bad form": {}, "no form": {}, **absent}.items():
            form = {"bad form": {"id": "x", "body": "\0"}, "no form": {}}.get(relation)
            reply, faults = tried(knocker, visitor, method, door, relation, form=form, **ids)
            yield from faults
            if reply.face != hidden.face:
                yield f"{visitor} {method} {door}: tells {relation} from hidden"


def reaches(knocker, method, door, visitors=VISITORS):
    """Each relation × each visitor: within reach as declared for their part in it, else as a thing that never was."""
    absent, row = {}, ROWS[method, door]
    for relation in relations(knocker, method, door, row):
        for visitor in visitors:
            if visitor not in absent:
                absent[visitor], faults = tried(
                    knocker, visitor, method, door, "absent", form=ABSENT_FORM.get(door), **knocker.absent(door)
                )
                yield from faults
            reply, faults = tried(knocker, visitor, method, door, relation.name, form=relation.form, **relation.ids)
            yield from faults
            if visitor in relation.near:
                expected = relation.answers.get(visitor, {row[visitor]})
                if reply.outcome not in expected:
                    yield f"{visitor} {method} {door} ({relation.name}): {reply.outcome}, expected {sorted(expected)}"
            elif (reply.face if relation.exact else reply.outcome) != (
                absent[visitor].face if relation.exact else absent[visitor].outcome
            ):
                yield f"{visitor} {method} {door} ({relation.name}): {reply.outcome}, not as one that never was"


def other_methods(knocker, door, visitors=VISITORS, methods=OTHER_METHODS):
    """No other method opens anything, or does anything."""
    for method in methods:
        for visitor in visitors:
            reply, faults = tried(knocker, visitor, method, door, "own")
            yield from faults
            allowed = {"405", ROWS["GET", door][visitor]} | ({"200"} if method == "OPTIONS" else set())
            if reply.outcome not in allowed:
                yield f"{visitor} {method} {door}: {reply.outcome}, not one of {sorted(allowed)}"


def acts(knocker, action, visitors=VISITORS):
    """An action of the admin changes something for whom it is declared, and for nobody on a row of another body."""
    model, name = action.split(":")
    for visitor in visitors:
        for own in (True, False):
            if model == "accounts.mail" and not own:
                continue  # letters have no second body
            done, faults = _acts(knocker, visitor, model, name, own)
            yield from faults
            expected = DEEDS["ACT", action][visitor] == "done" and (own or visitor == "operator")
            if done != expected and not (visitor == "operator" and not own):
                yield f"{visitor} ACT {action} ({'own' if own else 'other'}): {'done' if done else 'no'}"


def _acts(knocker, visitor, model, name, own):
    """Whether anything of ours changes when this visitor runs an action of the admin on a row, and what else is wrong."""
    row = objects(knocker.house, own)[model.split(".")[1]]
    if own and name == "confirm":
        row = affiliations(knocker.house)["pending"]
    if own and name == "reactivate":
        row = knocker.house.cast.deactivated
    form = {"action": name, "_selected_action": row.pk, "reason": "退職", "post": "yes"}
    knocker.cells.add(("ACT", f"{model}:{name}", visitor, "own" if own else "other"))
    with transaction.atomic():
        reply = knocker.ask(visitor, "POST", f"/admin/{model.replace('.', '/')}/", form)
        changed = digest() != knocker.pristine
        transaction.set_rollback(True)
    return changed, [f"{visitor} ACT {model}:{name} reads {word}" for word in knocker.leaks(visitor, reply)]


def needs_token(knocker, door, visitors=("anonymous", "member", "operator")):
    """No deed without the token that only a page of ours gave: another site's form does nothing."""
    for visitor in visitors:
        knocker.cells.add(("POST", door, visitor, "no token"))
        reply = knocker.ask(visitor, "POST", knocker.url(door), knocker.forms.get(door, {}), token=False)
        if reply.outcome not in REFUSED | {"in"}:
            yield f"{visitor} POST {door}: {reply.outcome} without a token"
