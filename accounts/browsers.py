"""Which people have signed in in this browser before: a signed cookie of keyed hashes, no table.

Somebody who signs in where they never did gets a letter about it; whoever knows their password cannot prevent that.
"""
from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.crypto import salted_hmac

from . import letters

COOKIE, SALT = "engawa_known", "accounts.browsers"
PEOPLE = 20  # the newest; a machine at a counter has few more
LIFETIME = 400 * 86_400  # seconds, the longest that browsers keep a cookie


def _mark(person):
    """Names a person to nobody but us."""
    return salted_hmac(SALT, f"{person.pk}", algorithm="sha256").hexdigest()[:32]


def _known(request):
    try:
        marks = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return []
    return marks if isinstance(marks, list) else []


def signed_in(request, person, first):
    """Somebody has signed in by this request. Writes the letter unless this browser knows them, or it is their first time.

    What the answer will keep in the browser waits on the request for `remember`.
    """
    known, mark = _known(request), _mark(person)
    if mark not in known and not first:
        letters.new_browser(person, timezone.now(), request.session.address, request.session.agent)
    request.known_people = [mark, *(other for other in known if other != mark)][:PEOPLE]


def remember(request, response):
    """Lets the browser keep who has signed in in it."""
    if marks := getattr(request, "known_people", None):
        response.set_cookie(
            COOKIE, signing.dumps(marks, salt=SALT), max_age=LIFETIME, secure=settings.SESSION_COOKIE_SECURE, httponly=True,
            samesite="Lax",
        )
