"""A room lost between a view's look and the lock answers as one that never was."""
from functools import wraps

from django.http import Http404

from ..models import Room


def lost_is_absent(view):
    """Makes Room.DoesNotExist, raised by a deed under the lock, the stranger's 404."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except Room.DoesNotExist:
            raise Http404 from None

    return guarded
