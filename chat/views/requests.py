"""The answer to being asked into a room of another body."""
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from ..models import RoomRequest, seats
from .absence import lost_is_absent


@require_POST
@lost_is_absent
def accept(request, request_id):
    """Opens the room."""
    asked = get_object_or_404(RoomRequest.objects.for_person(request.user), pk=request_id)
    room = seats.accept(asked, request.user)
    return redirect("chat:room", room.pk)


@require_POST
def refuse(request, request_id):
    """Says no."""
    asked = get_object_or_404(RoomRequest.objects.for_person(request.user), pk=request_id)
    asked.refuse(request.user)
    return redirect("chat:index")
