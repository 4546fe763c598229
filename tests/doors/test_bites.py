"""The table bites: each permission filter taken out of the application is noticed by the part of the table that asks there.

The same checks without a hole are tests/test_doors.py.
"""
import pytest
from django.db import transaction

from . import checks, holes
from .knock import opened
from .table import ROUTES, declared

ROWS = declared(ROUTES)
PAGES = [hole for hole in holes.HOLES if not hole.sockets]


@pytest.fixture(scope="module")
def knocker(django_db_setup, django_db_blocker):
    """One house for all holes."""
    with opened(django_db_blocker) as made:
        yield made


def faults(knocker, hole):
    """What the part of the table that a hole names finds, one by one, the quickest check of every door first."""
    asked = [(method, door) for door in hole.rows for method in ("GET", "POST")]
    for row in asked:
        yield from checks.answers(knocker, *row)
    for door in hole.rows:
        yield from checks.needs_token(knocker, door)
    for row in asked:
        if "404" in ROWS[row].values():
            yield from checks.hides(knocker, *row)
    for row in asked:
        yield from checks.reaches(knocker, *row)
    for action in hole.acts:
        yield from checks.acts(knocker, action)


def first(knocker, hole):
    """The first fault found, or None. A room changed by a refusal is one too."""
    with transaction.atomic():
        found = next(faults(knocker, hole), None)
        changed = None if found or checks.digest() == knocker.pristine else "a refusal changed something"
        transaction.set_rollback(True)
    return found or changed


def test_there_are_more_than_twenty_holes():
    assert len({hole.name for hole in holes.HOLES}) == len(holes.HOLES) >= 30


@pytest.mark.django_db
@pytest.mark.parametrize("hole", PAGES, ids=lambda hole: hole.name)
def test_a_hole_in_the_pages_is_noticed(knocker, hole, monkeypatch):
    hole.make(monkeypatch)
    knocker.rebuild()
    assert first(knocker, hole)
