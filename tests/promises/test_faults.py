"""The storm's checker notices real faults in the real application: each is built in, provoked, and must be found."""
import os
from dataclasses import dataclass

import pytest

from ..server import house
from . import scenes
from .scenes import play

PRODUCTION = os.environ.get("DATABASE_URL", "").startswith("postgres") and bool(os.environ.get("REDIS_URL"))


WHOLE = os.environ.get("ENGAWA_TIER", "short") != "short"


@dataclass(frozen=True)
class Case:
    """A fault of faults.py or slips.py, the scene that provokes it, and what the checker must call it.

    `hardships` hold for the sound application too; `without` is a constraint the faulty one does not have.
    """

    fault: str
    scene: object
    found: str
    hardships: tuple = ()
    without: str = ""
    production: bool = False  # shows only where two may write at once


CASES = [
    Case("acknowledge_before_commit", scenes.answered_then_killed, "lost"),
    Case("cursor_by_id", scenes.overtaken, "missed"),
    Case("number_before_lock", scenes.overtaken, "gap", without="message_number_once"),
    Case("lock_dropped", scenes.overtaken_by_an_edit, "missed", production=True),
    Case("number_outside_transaction", scenes.rolled_back, "gap"),
    Case("no_unique_key", scenes.sent_again, "doubled", without="message_client_id_once"),
    Case("resend_answers_another", scenes.sent_again, "misnumbered"),
    Case("poke_before_commit", scenes.a_word, "untold"),
    Case("content_in_poke", scenes.a_word, "leaked: channel layer"),
    Case("one_page_answer", scenes.away, "missed"),
    Case("one_page_frame", scenes.burst, "missed", hardships=("slow_looks",)),
    Case("edit_without_change", scenes.altered, "stale"),
    Case("number_by_counting", scenes.altered, "gap", without="message_number_once"),
    Case("read_goes_back", scenes.read_back, "forgotten"),
    Case("cached_membership", scenes.taken_out, "leaked", hardships=("person_pokes_lost",)),
    Case("cached_session", scenes.signed_out, "leaked"),
]


# One of each kind every day; the variants with ENGAWA_TIER=ci, as in .ci/run.
EVERY_DAY = {
    "acknowledge_before_commit", "cursor_by_id", "no_unique_key", "poke_before_commit", "cached_membership", "content_in_poke",
    "number_before_lock", "one_page_answer",
}
TRIED = [case for case in CASES if WHOLE or case.fault in EVERY_DAY]


@pytest.fixture(scope="module")
def pattern():
    """A house in which nobody has lived yet; the others are copies of it."""
    with house(people=4, leavers=1) as home:
        yield home


def test_the_faults_of_every_day_are_faults():
    assert {case.fault for case in CASES} >= EVERY_DAY


@pytest.mark.parametrize("case", TRIED, ids=lambda case: case.fault)
def test_a_fault_in_the_application_is_found(pattern, case):
    if case.production and not PRODUCTION:
        pytest.skip("SQLite lets nobody write beside another")
    with house(like=pattern) as home:
        if case.without:
            home.loosen(case.without)
        faults = play(home, [case.scene], [*case.hardships, case.fault])
    assert [fault for fault in faults if fault.startswith(case.found)], faults


@pytest.mark.parametrize("hardships", sorted({case.hardships for case in CASES}), ids=lambda names: "-".join(names) or "none")
def test_the_same_scenes_without_a_fault_hold_every_promise(pattern, hardships):
    played = dict.fromkeys(case.scene for case in CASES if case.hardships == hardships)
    with house(like=pattern) as home:
        assert play(home, played, hardships) == []
        assert not home.complaints()
