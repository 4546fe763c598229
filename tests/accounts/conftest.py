import pytest
from django.core.cache import cache

from accounts import passwords


@pytest.fixture(autouse=True)
def house(settings):
    """Letters become rows, as in the house (pytest-django would catch them); no test waits for another's rate limits."""
    settings.EMAIL_BACKEND = "accounts.mail.OutboxBackend"
    cache.clear()
    passwords._names.cache_clear()  # rolled back, other bodies have the same keys again
