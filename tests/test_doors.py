"""Every door × every visitor, as declared in doors/table.py; a door nobody declared fails, and so does one that is gone.

Besides: what a stranger gets for a thing is what anybody gets for a thing that never was, whatever they send; and no
answer holds a word its visitor may not read.
"""
import pytest
from django.db import transaction

from .doors import routes
from .doors.house import VISITORS, digest
from .doors.knock import opened
from .doors.table import ACTIONS, FRAMES, ROUTES, declared

ROWS, DEEDS, SAID = declared(ROUTES), declared(ACTIONS), declared(FRAMES)
HIDING = sorted(row for row, cells in ROWS.items() if "404" in cells and "<" in routes.routes().get(row[1], ""))
ROOM_ROWS = sorted(row for row in ROWS if "<number:room_id>" in routes.routes().get(row[1], ""))
STAFF_ROWS = sorted(row for row in HIDING if row[1].startswith("accounts:") and row[1] != "accounts:withdraw_invitation")
ADMIN_ROWS = sorted(row for row in ROWS if row[1].startswith("admin") and "object_id" in routes.routes().get(row[1], ""))

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def knocker(django_db_setup, django_db_blocker):
    """One house for all doors."""
    with opened(django_db_blocker) as made:
        yield made


def test_every_route_is_declared_and_every_declaration_is_a_route():
    doors = set(routes.routes())
    assert {door for _method, door in ROWS} == doors
    assert set(ROWS) == {(method, door) for door in doors for method in ("GET", "POST")}


def test_every_frame_and_action_is_declared_and_no_other():
    assert {door for _method, door in SAID} == routes.frames()
    assert {door for _method, door in DEEDS} == routes.actions()


def test_no_two_routes_share_a_key():
    every = list(routes.walk())
    assert len(every) == len(dict(every)) > 90


@pytest.mark.parametrize(("method", "door"), sorted(ROWS))
def test_the_door_answers_as_declared(knocker, method, door):
    answers, leaks = [], []
    with knocker.row():
        for visitor in VISITORS:
            reply = knocker.knock(visitor, method, door)
            answers.append(reply.outcome)
            leaks += [(visitor, word) for word in knocker.leaks(visitor, reply, door)]
    assert dict(zip(VISITORS, answers, strict=True)) == dict(zip(VISITORS, ROWS[method, door], strict=True))
    assert not leaks


@pytest.mark.parametrize(("method", "door"), HIDING)
def test_a_stranger_cannot_tell_hidden_from_absent_nor_good_from_bad(knocker, method, door):
    with knocker.row():
        for visitor, outcome in zip(VISITORS, ROWS[method, door], strict=True):
            if outcome == "404":
                hidden = knocker.knock(visitor, method, door)
                assert hidden.face == knocker.knock(visitor, method, door, absent=True).face, visitor
                assert hidden.face == knocker.knock(visitor, method, door, form={"id": "x", "body": "\0"}).face, visitor
                assert hidden.face == knocker.knock(visitor, method, door, form={}).face, visitor


@pytest.mark.parametrize(("method", "door"), ROOM_ROWS)
def test_any_room_one_is_not_in_looks_like_no_room(knocker, method, door):
    house, c = knocker.house, knocker.house.cast
    rooms = {"body.closed": c.closed, "body.direct": c.direct, "body.department": c.department_room, "body.town": house.town}
    with knocker.row():
        for visitor in VISITORS[1:]:
            absent = knocker.knock(visitor, method, door, absent=True)
            for word, room in rooms.items():
                if visitor not in house.may_see[f"kanaria.{word}."]:
                    reply = knocker.knock(visitor, method, door, room=room)
                    assert reply.face == absent.face, (visitor, word)
                    assert not knocker.leaks(visitor, reply)


@pytest.mark.parametrize(("method", "door"), STAFF_ROWS)
def test_the_staff_of_another_body_look_like_nobody(knocker, method, door):
    with knocker.row():
        theirs = knocker.knock("administrator", method, door, own=False)
        assert theirs.outcome in ("404", "405")
        assert theirs.face == knocker.knock("administrator", method, door, absent=True).face


@pytest.mark.parametrize(("method", "door"), ADMIN_ROWS)
def test_the_admin_ends_at_the_body(knocker, method, door):
    """The admin says 'does not exist' of another body's row as of none; invitations and mail have no second body here."""
    with knocker.row():
        if not {"invitation", "mail"} & set(door.replace("/", "_").split("_")):
            theirs = knocker.knock("administrator", method, door, own=False)
            assert theirs.outcome == knocker.knock("administrator", method, door, absent=True).outcome
            assert theirs.outcome in ("302", "403", "404") and not knocker.leaks("administrator", theirs)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"])
def test_other_methods_open_nothing(knocker, method):
    with knocker.row():
        for door in knocker.routes:
            reply = knocker.ask("removed", method, knocker.url(door))
            assert reply.outcome in {*ROWS["GET", door], "200", "405"}, door
            assert not knocker.leaks("removed", reply, door), door


@pytest.mark.parametrize("action", sorted(routes.actions()))
def test_an_action_does_what_is_declared_for_whom(knocker, action):
    model, name = action.split(":")
    for visitor, expected in zip(VISITORS, DEEDS["ACT", action], strict=True):
        assert _acts(knocker, visitor, model, name, own=True) == (expected == "done"), visitor
    if model != "accounts.invitation":
        assert not _acts(knocker, "administrator", model, name, own=False)


def _acts(knocker, visitor, model, name, own):
    """Whether anything of ours changes when this visitor runs an action of the admin on a row."""
    row = knocker.house.objects(own)[model.split(".")[1]]
    if own and name == "confirm":
        row = knocker.house.cast.pending.affiliations.get()
    form = {"action": name, "_selected_action": row.pk, "reason": "退職", "post": "yes"}
    with transaction.atomic():
        reply = knocker.ask(visitor, "POST", f"/admin/{model.replace('.', '/')}/", form)
        changed = digest() != knocker.pristine
        transaction.set_rollback(True)
    assert not knocker.leaks(visitor, reply)
    return changed
