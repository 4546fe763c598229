"""The session engine: rows of our own model, read with one query; a cookie that cannot be a key never reaches the database."""
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.utils import timezone

from .prepared import Prepared

COLUMNS = ("session_key", "session_data", "expire_date", "person_id", "started", "seen")


def _rows(key):
    from .models import Session

    return Session.objects.filter(pk=key).values_list(*COLUMNS)


ROW = Prepared(_rows)  # every request asks it


class SessionStore(db.SessionStore):
    """Django's, knowing from where it is used (`address`, `agent`, set by the middleware) and why it has ended (`ended`)."""

    address, agent = None, ""
    ended = ""  # why the cookie's session is over: idle, long, elsewhere
    row = None

    @classmethod
    def get_model_class(cls):
        """The model of the rows."""
        from .models import Session

        return Session

    def _validate_session_key(self, key):
        """PostgreSQL fails on a NUL in a query, so anybody's cookie could make every page answer 500."""
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()

    def load(self):
        """The session's data, {} when it is over: one SELECT. What has ended is kept as it is and cannot be revived."""
        key = self.session_key
        rows = ROW(key=key) if key else ()
        self.row = self.model.from_db(None, COLUMNS, rows[0]) if rows else None
        self.ended = self.row.why_ended() if self.row else ("elsewhere" if key else "")
        if self.ended or not self.row:
            self.row = self._session_key = None
            return {}
        return self.decode(self.row.session_data)

    async def aload(self):
        """As `load`, for callers in an event loop."""
        return await sync_to_async(self.load)()

    def create_model_instance(self, data):
        """A new row: whose it is stands in the data."""
        row = super().create_model_instance(data)
        row.person_id = data.get(SESSION_KEY)
        row.address, row.agent = self.address, self.agent
        return row

    def save(self, must_create=False):
        """Writes the data. Of a row that is there only what may change: not when it began, nor when it ends."""
        if must_create or self.session_key is None:
            return super().save(must_create)
        data = self._get_session()
        changes = {"session_data": self.encode(data), "person": data.get(SESSION_KEY), "seen": timezone.now()}
        if not self.model.objects.filter(pk=self.session_key).update(**changes):
            raise UpdateError

    async def asave(self, must_create=False):
        """As `save`, for callers in an event loop."""
        await sync_to_async(self.save)(must_create)

    def get_expiry_date(self, **kwargs):
        """When a session that begins now ends, whatever happens in it."""
        return timezone.now() + timedelta(seconds=self.get_session_cookie_age())
