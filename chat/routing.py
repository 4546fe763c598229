"""The socket's address, and who may call it."""
from urllib.parse import urlsplit

from django.conf import settings
from django.http import parse_cookie
from django.urls import path, re_path

from . import snapshots
from .consumers import tab
from .hub import read


async def nowhere(scope, receive, send):
    """No other address has a socket; the router would raise."""
    await send({"type": "websocket.close", "code": 4004})


websocket_urlpatterns = [path("ws/", tab), re_path("", nowhere)]


class SignedIn:
    """Says whose session the cookie names: `person` (None for nobody's) and `session_key` in the scope.

    Channels' own stack keeps a session object for each socket and copies every event on its way out.
    """

    def __init__(self, application):
        self.application = application

    async def __call__(self, scope, receive, send):
        cookies = parse_cookie(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
        key = cookies.get(settings.SESSION_COOKIE_NAME)
        person = await read(snapshots.whose, key) if key else None
        await self.application({**scope, "session_key": key, "person": person}, receive, send)


class SameOrigin:
    """Refuses a socket whose Origin is not this server: scheme, host and port compared whole, malformed ones refused."""

    def __init__(self, application):
        self.application = application

    async def __call__(self, scope, receive, send):
        headers = dict(scope["headers"])
        if self.allows(headers.get(b"origin", b"").decode("latin-1"), headers.get(b"host", b"").decode("latin-1")):
            await self.application(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 4003})

    @staticmethod
    def allows(origin, host):
        """Whether a page of `origin` may open a socket at `host`: only this server's own, or the public address."""
        if origin == settings.PUBLIC_URL.rstrip("/"):
            return True
        scheme = "https" if settings.HTTPS else "http"
        try:
            name = urlsplit(f"//{host}").hostname
            urlsplit(f"//{host}").port  # noqa: B018  (a malformed port raises here)
        except ValueError:
            return False
        return name in settings.ALLOWED_HOSTS and origin == f"{scheme}://{host}"
