"""Who may come in: decorators for views, asked after LoginRequiredMiddleware."""
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect


def standing_required(view):
    """Only for people for whom some body vouches today; others are shown what they wait for."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.user.standings:
            return view(request, *args, **kwargs)
        return redirect("accounts:pending")

    return guarded


def factor_not_required(view):
    """Open to somebody who must set up a second factor and has not yet: asked by the middleware FactorRequired."""
    view.factor_required = False
    return view


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
