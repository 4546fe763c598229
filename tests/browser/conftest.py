import pytest

from . import desk


@pytest.fixture(scope="session")
def chromium():
    """The browser; its absence is a failure, not a skip."""
    with desk.chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def street():
    """The staged house with its servers running, one for the whole suite: every subject has a room of its own."""
    with desk.street() as running:
        yield running


@pytest.fixture
def sit(chromium, street):
    """`sit("member", size=…, scheme=…)` opens a window signed in as that person (None: nobody); it must end quiet.

    `sit.noisy = True` where a test itself takes the server away or asks for what is refused.
    """
    windows = []

    def opened(who, *, signed=True, **options):
        window = desk.Window(chromium, street.origin(who), **options)
        windows.append(window)
        return window.sit(street.people[who]["session"]) if who and signed else window

    opened.noisy = False
    yield opened
    noise = [line for window in windows for line in window.noise]
    for window in windows:
        window.close()
    foreign = [line for line in noise if line.startswith(("request to", "exception")) or "CSP" in line]
    assert (foreign if opened.noisy else noise) == []
