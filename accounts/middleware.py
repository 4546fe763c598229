"""What holds for every request. Hooks of Django's MiddlewareMixin: they are over before and after a view runs."""
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.deprecation import MiddlewareMixin

from . import browsers
from .models import Session


class PlainWords(MiddlewareMixin):
    """Refuses (400) a body in any encoding but UTF-8: no page of ours sends one, and Django fails on some (rot13)."""

    def process_request(self, request):
        """Asks before anything reads the body."""
        if request.content_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            raise BadRequest


class Sessions(SessionMiddleware):
    """Django's, with from where a session is used, when its person last did something, and why one is over."""

    def process_request(self, request):
        """Hands the session what a new row needs."""
        super().process_request(request)
        request.session.address = get_adapter().get_client_ip(request)
        request.session.agent = request.headers.get("user-agent", "")[:Session.AGENT_CHARACTERS].replace("\0", "")

    def process_response(self, request, response):
        """Stores the session, notes a human deed, and lets the sign-in page say why one is asked to sign in again."""
        session = request.session
        row, ended = session.row, session.ended
        response = super().process_response(request, response)
        if row and not session.modified and row.seen < timezone.now() - settings.SESSION_TOUCH and deed(request):
            Session.objects.touch(row.pk)
        if ended:
            gone = response.cookies.get(settings.SESSION_COOKIE_NAME)
            if gone is not None and not gone.value:  # other tabs of this browser want to be told as well
                del response.cookies[settings.SESSION_COOKIE_NAME]
            door = response.get("Location", "")
            if urlsplit(door).path == resolve_url(settings.LOGIN_URL):
                response["Location"] = f"{door}{'&' if '?' in door else '?'}{urlencode({'ended': ended})}"
        browsers.remember(request, response)
        return response


def deed(request):
    """Whether a human being asked for this: a page, or a change. What a page's script fetches by itself is none."""
    if request.method not in ("GET", "HEAD") or "HX-Request" in request.headers:
        return True
    accepted = request.headers.get("accept", "text/html")
    return request.headers.get("sec-fetch-dest") != "empty" and "text/html" in accepted


class KeptNowhere(MiddlewareMixin):
    """What somebody signed in was shown stays in no cache, so that "back" after signing out shows nothing."""

    def process_response(self, request, response):
        """Marks the answer; after the view, so that the road of a message is no longer for it."""
        if request.user.is_authenticated:
            patch_cache_control(response, no_store=True, private=True)  # no Expires: its clock would tell answers apart
        return response


class FactorRequired(MiddlewareMixin):
    """Whoever must have a second factor and has none is shown where to set it up, whatever they ask for.

    Closed is the default; a view is open to them when it says so (accounts.standing.factor_not_required).
    """

    def process_view(self, request, view, args, kwargs):
        """Asks before any view. What it asks came with the person of the session."""
        if not getattr(view, "factor_required", True) or not request.user.is_authenticated or not request.user.lacks_factor:
            return None
        if not request.accepts("text/html"):
            return JsonResponse({"why": "factor"}, status=403)
        return redirect("mfa_index")
