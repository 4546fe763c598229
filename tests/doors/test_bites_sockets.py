"""As test_bites.py, for what is asked of open sockets; without a hole the same checks are test_frames.py."""
import functools
import os

import pytest

from ..chat.tab import live
from . import deeds, frames, holes
from .house import House

SOCKETS = {
    "answered": functools.partial(frames.answered, hasty=True), "foreign": frames.foreign, "outlived": frames.outlived,
    "done": deeds.done,
}
WHOLE = os.environ.get("ENGAWA_TIER", "short") != "short"
# One hole each for "answered", "foreign", "outlived"; the slow ones, and all of "done", with ENGAWA_TIER=ci, as in .ci/run.
QUICK = {"typing is told without watching", "any site may open a socket", "sockets ask not whether their session is over"}
LIVE = [hole for hole in holes.HOLES if hole.sockets and (WHOLE or hole.name in QUICK)]


def test_the_quick_holes_are_holes():
    assert {hole.name for hole in LIVE} >= QUICK


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hole", LIVE, ids=lambda hole: hole.name)
def test_a_hole_in_the_sockets_is_noticed(hole, monkeypatch):
    house = House()
    hole.make(monkeypatch)
    assert _heard(house, hole)


def _heard(house, hole):
    found = []

    @live
    async def listen():
        for name in hole.sockets:
            found.extend(await SOCKETS[name](house))

    listen()
    return found
