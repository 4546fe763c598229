import pytest

from . import cast


@pytest.fixture
def people(db):
    """The whole cast, in a fresh database."""
    return cast.cast()
