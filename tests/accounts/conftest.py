import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def house(settings):
    """Letters become rows, as in the house (pytest-django would catch them); no test waits for another's rate limits."""
    settings.EMAIL_BACKEND = "accounts.mail.OutboxBackend"
    cache.clear()
