"""The HTTP door of messages: posting, catching up, reading back, editing, withdrawing."""
import uuid

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ..consumers import posted, read_to
from ..forms import MessageForm, WordsForm
from ..markup import item, markup
from ..models import Closed, Conflict, Grown, Message, Room
from ..roomlist import seated_for
from ..snapshots import BATCH
from .absence import lost_is_absent

PAGE = 50  # messages fetched at a time when reading back

STATUS = {"invalid": 400, "long": 413, "gone": 404, "conflict": 409, "closed": 409, "grown": 409, "busy": 503}


def refusal(why):
    """A refusal by code, with the same words as the socket's."""
    return JsonResponse({"why": why}, status=STATUS[why])


@require_POST
def post(request, room_id):
    """Posts a message: 201 with its markup, or back to the room for a browser without script."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        return refused_post(request, room_id, form.refusal)
    try:
        [message] = Room(pk=room_id).post(request.user, [form.draft()])
    except Room.DoesNotExist:
        raise Http404 from None
    except (Conflict, Closed, Grown) as error:
        return refused_post(request, room_id, {Conflict: "conflict", Closed: "closed", Grown: "grown"}[type(error)])
    except OperationalError:
        return refused_post(request, room_id, "busy")
    if request.accepts("text/html"):
        return redirect("chat:room", room_id)
    return JsonResponse(posted(message), status=201)


def refused_post(request, room_id, why):
    """The refusal of a post: its code for a script; a page that keeps the words for a browser without one."""
    room = get_object_or_404(Room.objects.for_person(request.user), pk=room_id)
    if not request.accepts("text/html"):
        return refusal(why)
    context = {"room": room, "why": why, "body": request.POST.get("body", ""), "client_id": uuid.uuid4()}
    return render(request, "chat/refused.html", context, status=STATUS[why])


def number_from(request, name):
    """The whole number in the query string under `name`; 404 for anything else."""
    value = request.GET.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise Http404
    return int(value)


@require_GET
def changes(request, room_id):
    """What changed in the room after a cursor, oldest change first; `more` says to ask again from `upto`."""
    after = number_from(request, "after")
    room = get_object_or_404(Room.objects.for_person(request.user), pk=room_id)
    changed = Message.objects.visible_to(request.user).shown().filter(
        room=room, change__gt=after, change__lte=room.last_change
    )
    messages = list(changed.order_by("change")[: BATCH + 1])
    more = len(messages) > BATCH
    messages = messages[:BATCH]
    return JsonResponse({
        "room": room.pk, "upto": messages[-1].change if more else max(room.last_change, after),
        "last_number": room.last_number, "people": room.memberships.standing().count(), "audience": room.audience_change,
        "more": more, "items": [item(message) for message in messages],
    })


@require_GET
def older(request, room_id):
    """The page of messages before a number, as markup to put above."""
    before = number_from(request, "before")
    room = get_object_or_404(Room.objects.for_person(request.user), pk=room_id)
    return HttpResponse(before_number(request.user, room, before)[0])


def before_number(person, room, before=None):
    """`(markup, messages)` of the newest page below a number, in the order of reading."""
    visible = Message.objects.visible_to(person).shown().filter(room=room)
    if before is not None:
        visible = visible.filter(number__lt=before)
    messages = list(visible.order_by("-number")[:PAGE])[::-1]
    return "\n".join(markup(message) for message in messages), messages


def visible_or_404(request, room_id, number):
    """The message, if this person may see it."""
    return get_object_or_404(Message.objects.visible_to(request.user), room=room_id, number=number)


@require_http_methods(["POST"])
@lost_is_absent
def edit(request, room_id, number):
    """Puts other words in place of one's own."""
    message = visible_or_404(request, room_id, number)
    form = WordsForm(request.POST)
    if not form.is_valid():
        return refusal(form.refusal)
    message.edit(request.user, form.cleaned_data["body"])
    return JsonResponse(posted(Message.objects.shown().get(pk=message.pk)))


@require_GET
def words(request, room_id, number):
    """The plain words of one's own message, for editing."""
    message = visible_or_404(request, room_id, number)
    if message.author_id != request.user.pk or message.withdrawn_at:
        raise PermissionDenied
    return JsonResponse({"body": message.body})


@require_POST
@lost_is_absent
def withdraw(request, room_id, number):
    """Takes one's own message back."""
    message = visible_or_404(request, room_id, number)
    message.withdraw(request.user)
    return JsonResponse(posted(Message.objects.shown().get(pk=message.pk)))


@require_GET
def readers(request, room_id, number):
    """Who has read a message, and who has not, of those who may see it: names with their badges."""
    message = visible_or_404(request, room_id, number)
    seats = [seat for seat in seated_for(message.room, request.user) if seat.person_id != message.author_id]
    reached = dict(message.room.memberships.covering(message.number).values_list("person", "read_number"))
    context = {
        "message": message,
        "read": [seat for seat in seats if reached.get(seat.person_id, 0) >= message.number],
        "unread": [seat for seat in seats if reached.get(seat.person_id, message.number) < message.number],
    }
    return render(request, "chat/_readers.html", context)


@require_POST
def read(request, room_id):
    """Marks the room read, for a browser without a socket."""
    get_object_or_404(Room.objects.for_person(request.user), pk=room_id)
    number = request.POST.get("number", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return refusal("invalid")
    read_to(request.user, room_id, int(number))
    return HttpResponse(status=204)
