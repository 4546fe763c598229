"""Who may come in: decorators for views, asked after LoginRequiredMiddleware; and what nobody may keep."""
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, resolve_url
from django.utils.cache import patch_cache_control
from django.utils.deprecation import MiddlewareMixin
from django_htmx.http import HttpResponseClientRedirect


class KeptNowhere(MiddlewareMixin):
    """What somebody signed in was shown stays in no cache, so that "back" after signing out shows nothing."""

    def process_response(self, request, response):
        """Marks the answer; after the view, so that the road of a message is no longer for it."""
        if request.user.is_authenticated:
            patch_cache_control(response, no_store=True, private=True)  # no Expires: its clock would tell answers apart
        return response


def standing_required(view):
    """Only for people for whom some body vouches today; others are shown what they wait for."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.user.standings:
            return view(request, *args, **kwargs)
        if request.htmx:
            return HttpResponseClientRedirect(resolve_url("accounts:pending"))
        return redirect("accounts:pending")

    return guarded


def administrator_required(view):
    """Only for administrators of a body: 403 to those who stand without that power, 404 to strangers."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.user.administered:
            return view(request, *args, **kwargs)
        if request.user.standings:
            raise PermissionDenied
        raise Http404

    return guarded
