"""Every door × every visitor × every relation, as declared in doors/table.py; a door nobody declared fails, and so does one
that is gone. What a stranger gets for a thing is what anybody gets for a thing that never was, whatever they send; no answer
holds a word its visitor may not read, or lacks a header. `test_bites.py` shows that all this would notice a hole.
"""
import os

import pytest

from .doors import checks, routes
from .doors.checks import DEEDS, ROWS
from .doors.joining import undeclared
from .doors.knock import opened
from .doors.relations import relations
from .doors.table import FRAMES, declared

SAID = declared(FRAMES)
DOORS = routes.routes()
HIDING = sorted(row for row, cells in ROWS.items() if "404" in cells.values() and "<" in DOORS.get(row[1], ""))
NAMING = sorted(row for row in ROWS if "<" in DOORS.get(row[1], "") or row == ("POST", "chat:speak"))
# Everybody tries every row; of what lies behind it only some do, but for the whole table, which .ci/run asks for.
WHOLE = os.environ.get("ENGAWA_TIER", "short") != "short"
BY = checks.VISITORS if WHOLE else ["removed"]
TRYING = checks.VISITORS if WHOLE else ["removed", "neighbour", "administrator"]
ACTING = checks.VISITORS if WHOLE else ["anonymous", "member", "administrator", "operator"]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def knocker(django_db_setup, django_db_blocker):
    """One house for all doors."""
    with opened(django_db_blocker) as made:
        yield made


def test_every_route_is_declared_and_every_declaration_is_a_route(knocker):
    doors = set(routes.routes())
    missing = {(method, door) for door in doors for method in ("GET", "POST")} - set(ROWS)
    assert not missing, undeclared(knocker, sorted(missing))
    assert {door for _method, door in ROWS} == doors, "declared, but no route"


def test_every_frame_and_action_is_declared_and_no_other():
    assert {door for _method, door in SAID} == routes.frames(), "table.FRAMES: who is answered, who is told?"
    assert {door for _method, door in DEEDS} == routes.actions(), "table.ACTIONS: for whom does it change anything?"


def test_no_two_routes_share_a_key():
    every = list(routes.walk())
    assert len(every) == len(dict(every)) > 90


@pytest.mark.parametrize(("method", "door"), sorted(ROWS))
def test_the_door_answers_as_declared(knocker, method, door):
    with knocker.row():
        assert not list(checks.answers(knocker, method, door))


@pytest.mark.parametrize(("method", "door"), HIDING)
def test_a_stranger_cannot_tell_hidden_from_absent_nor_good_from_bad(knocker, method, door):
    with knocker.row():
        assert not list(checks.hides(knocker, method, door, TRYING))


@pytest.mark.parametrize(("method", "door"), NAMING)
def test_what_is_out_of_reach_looks_like_nothing(knocker, method, door):
    with knocker.row():
        assert not list(checks.reaches(knocker, method, door, TRYING))


@pytest.mark.parametrize("door", sorted(DOORS))
def test_other_methods_open_nothing(knocker, door):
    with knocker.row():
        assert not list(checks.other_methods(knocker, door, BY))


@pytest.mark.parametrize("door", sorted(DOORS))
def test_no_deed_without_our_own_token(knocker, door):
    with knocker.row():
        assert not list(checks.needs_token(knocker, door))


@pytest.mark.parametrize("action", sorted(routes.actions()))
def test_an_action_does_what_is_declared_for_whom(knocker, action):
    assert not list(checks.acts(knocker, action, ACTING))


def test_the_table_is_as_large_as_promised(knocker):
    """How many different cells this run has tried; the whole table with ENGAWA_TIER=ci, as .ci/run does."""
    planned = {(m, d, v, "own") for m, d in ROWS for v in checks.VISITORS}
    planned |= {(m, d, v, "own") for m in checks.OTHER_METHODS for d in DOORS for v in checks.VISITORS}
    for method, door in NAMING:
        names = {relation.name for relation in relations(knocker, method, door, ROWS[method, door])}
        planned |= {(method, door, v, name) for v in checks.VISITORS for name in names | ({"absent"} if names else set())}
    strangers = [(*row, visitor) for row in HIDING for visitor, cell in ROWS[row].items() if cell == "404"]
    planned |= {(*stranger, name) for stranger in strangers for name in ("bad form", "no form")}
    print(f"{len(planned)} cells in the whole table, {len(knocker.cells)} tried in this run")
    assert len(planned) >= 20_000
    assert not WHOLE or planned <= knocker.cells
