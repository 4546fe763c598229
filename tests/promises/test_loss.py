"""Promises 1 to 3: what was acknowledged is there once, in one order for all, whatever moment the server dies at."""
import random

from .storm import POINTS, RANDOM, size, weather


def test_nothing_acknowledged_is_lost_doubled_or_reordered(record_property):
    amount = size()
    kills = [RANDOM] * amount.random_kills + POINTS * amount.per_point
    random.Random(20261121).shuffle(kills)
    storm, faults, complaints = weather(amount.messages, kills)
    acknowledged = {answer["client_id"] for tab in storm.tabs for answer in tab.acknowledged}
    record_property("loss", (
        f"{len(acknowledged)} messages acknowledged, {len(storm.deaths)} kills,"
        f" {sum(len(tab.log) for tab in storm.tabs)} shown to readers,"
        f" {sum(tab.live for tab in storm.tabs)} of them live, {sum(len(tab.altered) for tab in storm.tabs)} altered,"
        f" {storm.ear.heard} pokes heard; faults: {len(faults)}"
    ))
    assert not faults, "\n".join(faults[:20])
    assert sorted(storm.deaths) == sorted(kills)
    leavers = amount.per_point + 1  # each keeps up to three words of theirs
    assert len(acknowledged) >= amount.messages - 3 * leavers
    assert storm.outsider.refusals == {int(room) for room in storm.house.cast["rooms"]}
    assert sum(tab.live for tab in storm.tabs) > len(acknowledged)  # the road was used, not only the catching up
    assert all(tab.log and tab.deadline < float("inf") for tab in (storm.removed, storm.second))  # they had a time, and it ended
    assert storm.ear.heard > len(acknowledged) and any(tab.altered for tab in storm.tabs) and any(tab.marked for tab in storm.tabs)
    assert not complaints, complaints[:5]


def test_everybody_sees_the_same_order_while_all_write_at_once():
    storm, faults, complaints = weather(max(200, size().messages // 10), kills=[], seed=3)
    assert not faults, "\n".join(faults[:20])
    assert not storm.late and all(tab.log for tab in storm.tabs)
    assert {tab for tab in storm.tabs if not tab.complete} == {storm.removed, storm.second}
    shown = sum(len(tab.log) for tab in storm.tabs)
    assert sum(tab.live for tab in storm.tabs) > 0.8 * shown  # with nobody killed, nearly all comes by frames
    assert not complaints, complaints[:5]
