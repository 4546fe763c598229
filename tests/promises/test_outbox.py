"""Letters: none is lost, whatever moment the worker dies at; doubled only between a server's taking it and the mark."""
import pytest

from ..server import house
from .office import LETTERS, POINTS, open_office


@pytest.fixture(scope="module")
def pattern():
    with house(module="tests.promises.letters", letters=LETTERS) as home:
        yield home


@pytest.fixture
def office(pattern):
    with open_office(like=pattern) as office:
        yield office


@pytest.mark.parametrize("point", POINTS)
def test_a_letter_survives_the_worker(office, point):
    recipients = office.house.cast["recipients"]
    office.dies(point)
    others = {who: 1 for who in recipients if who != recipients[1]}
    assert office.works() == ({**others, recipients[1]: 1} if point == "sent" else others)
    assert office.unsent() == 1  # in a dead worker's hands, where nobody touches it until it must have died
    office.waits()
    assert office.works().total() == LETTERS + (point == "sent")
    assert not list(office.faults(point))


def test_three_workers_at_once_send_each_letter_once(office):
    workers = [office.worker() for _ in range(3)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    assert not list(office.faults("none"))


def test_an_office_notices_what_is_lost_and_what_comes_in_another_guise(office):
    """The check above counts only if it sees faults: letters that never went, one that went twice under two ids."""
    assert [fault.split(":")[0] for fault in office.faults("none")] == ["lost"] * (LETTERS + 1)
    office.works()
    double = office.sink.letters[0]
    again = type(double)()
    again["To"], again["Message-ID"], again["Date"] = double["To"], "<another@engawa.example>", double["Date"]
    office.sink.letters.append(again)
    assert [fault.split(":")[0] for fault in office.faults("none")] == ["doubled", "unrecognised"]
