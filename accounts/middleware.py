"""What holds for every request. Hooks of Django's MiddlewareMixin: they are over before and after a view runs."""
from django.core.exceptions import BadRequest
from django.utils.cache import patch_cache_control
from django.utils.deprecation import MiddlewareMixin


class PlainWords(MiddlewareMixin):
    """Refuses (400) a body in any encoding but UTF-8: no page of ours sends one, and Django fails on some (rot13)."""

    def process_request(self, request):
        """Asks before anything reads the body."""
        if request.content_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            raise BadRequest


class KeptNowhere(MiddlewareMixin):
    """What somebody signed in was shown stays in no cache, so that "back" after signing out shows nothing."""

    def process_response(self, request, response):
        """Marks the answer; after the view, so that the road of a message is no longer for it."""
        if request.user.is_authenticated:
            patch_cache_control(response, no_store=True, private=True)  # no Expires: its clock would tell answers apart
        return response
