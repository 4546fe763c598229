"""The chat page: the list of rooms, one room, its people."""
import uuid

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.standing import standing_required

from ..forms import GroupForm, InviteForm
from ..models import Room, RoomRequest, directory, seats
from ..roomlist import places, seated_for
from .absence import lost_is_absent
from .messages import before_number


@standing_required
@require_GET
def index(request):
    """The list of rooms with nothing opened yet, and what waits for an answer."""
    seats.settle(request.user)
    return render(request, "chat/index.html", chat_context(request))


@standing_required
@require_GET
def listing(request):
    """The list of rooms alone, for a page that heard it changed."""
    context = chat_context(request) | {"current": number_or_none(request.GET.get("current", ""))}
    return render(request, "chat/_rooms.html", context)


def number_or_none(text):
    """A whole number, or None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def chat_context(request):
    """What every chat page shows at its left: the rooms by section, and the open requests."""
    return {"sections": places(request.user), "requests": RoomRequest.objects.for_person(request.user)}


@standing_required
@require_GET
def room(request, room_id):
    """One room, at its newest messages."""
    seats.settle(request.user)
    room = get_object_or_404(Room.objects.for_person(request.user).select_related("organization"), pk=room_id)
    seat = get_object_or_404(room.memberships.standing().with_unread(), person=request.user)
    markup, messages = before_number(request.user, room)
    context = room_context(request, room) | {
        "seat": seat, "messages_markup": markup, "complete": not messages or messages[0].number <= 1, "client_id": uuid.uuid4(),
    }
    return render(request, "chat/room.html", context)


def room_context(request, room):
    """What every page of one room shows around it."""
    context = chat_context(request)
    place = next((place for places in context["sections"].values() for place in places if place.pk == room.pk), None)
    if place is None:  # lost a moment ago
        raise Http404
    waiting = room.requests.waiting().select_related("person", "organization")
    return context | audience_context(request, room) | {"current": room.pk, "place": place, "waiting": waiting}


def audience_context(request, room):
    """Who can read here, as the strip above the composer says it."""
    own = [standing.organization for standing in request.user.standings]
    audience = room.audience(own)
    own_ids = {organization.pk for organization in own}
    return {
        "room": room, "audience": audience, "people": sum(people for _body, people in audience),
        "beyond": sum(people for body, people in audience if body.pk not in own_ids),
        "named": audience[:2], "others": len(audience[2:]),
    }


@require_GET
def audience(request, room_id):
    """The strip alone, for a page that heard its room's people changed."""
    room = get_object_or_404(Room.objects.for_person(request.user), pk=room_id)
    return render(request, "chat/_audience.html", audience_context(request, room))


@standing_required
@require_http_methods(["GET", "POST"])
def new(request):
    """Opens a group room."""
    form = GroupForm(request.POST or None)
    if form.is_valid():
        room = seats.start_group(request.user, form.cleaned_data["name"], form.cleaned_data["topic"])
        return redirect("chat:people_of", room.pk)
    return render(request, "chat/new.html", chat_context(request) | {"form": form})


@require_http_methods(["GET", "POST"])
@lost_is_absent
def people(request, room_id):
    """The room's people with their badges; its keeper brings others in."""
    room = get_object_or_404(Room.objects.for_person(request.user).select_related("organization"), pk=room_id)
    if request.method == "POST":
        return invite(request, room)
    seated = seated_for(room, request.user)
    mine = next((seat for seat in seated if seat.person_id == request.user.pk), None)
    if mine is None:
        raise Http404
    query = request.GET.get("q", "").replace("\0", "").strip()[:60]
    context = room_context(request, room) | {
        "seated": seated, "mine": mine, "query": query, "found": found_for(request.user, query, seated),
    }
    return render(request, "chat/people_of.html", context)


def found_for(viewer, query, seated):
    """Whom a keeper may bring in, by a query; those who are in are left out."""
    found = directory(viewer).find(query).exclude(person__in=[seat.person_id for seat in seated])[:20] if query else []
    own = {standing.organization_id for standing in viewer.standings}
    for affiliation in found:
        affiliation.is_other = affiliation.organization_id not in own
    return found


def invite(request, room):
    """Brings somebody in, or asks them."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    affiliation = get_object_or_404(directory(request.user), pk=form.cleaned_data["affiliation"])
    try:
        seats.admit(room, request.user, affiliation, history=form.cleaned_data["history"], note=form.cleaned_data["note"])
    except ValidationError as error:
        return HttpResponse(error.messages[0], status=400, content_type="text/plain; charset=utf-8")
    return redirect("chat:people_of", room.pk)


@require_POST
@lost_is_absent
def remove(request, room_id, person_id):
    """A keeper takes somebody out."""
    room = get_object_or_404(Room.objects.for_person(request.user), pk=room_id)
    membership = get_object_or_404(room.memberships.standing().select_related("person"), person=person_id)
    seats.remove(room, request.user, membership.person)
    return redirect("chat:people_of", room.pk)


@require_POST
@lost_is_absent
def leave(request, room_id):
    """Leaves a group room."""
    room = get_object_or_404(Room.objects.for_person(request.user), pk=room_id)
    seats.leave(room, request.user)
    return redirect("chat:index")


