"""Sessions in the database, as Django's; a cookie that cannot be one of its keys never gets as far as the database."""
from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """PostgreSQL fails on a NUL in a query, so anybody's cookie could make every page answer 500."""

    def _validate_session_key(self, key):
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()
