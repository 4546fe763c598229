"""The socket door: one connection per tab. Thin: it reads a frame, finds, validates, acts, answers."""
import logging
from time import monotonic

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import OperationalError

from accounts.models import Session

from . import broadcasts, snapshots
from .forms import MessageForm
from .frames import BadFrame, dumps, parse, whole
from .hub import Socket, hub, read
from .markup import markup
from .models import Closed, Conflict, Grown, Membership, Room

logger = logging.getLogger(__name__)


async def tab(scope, receive, send):
    """One browser tab from opening to closing. A plain ASGI application: Channels' consumers hop threads per event."""
    await receive()  # websocket.connect
    person = scope["person"]
    if person is None:
        await send({"type": "websocket.close", "code": 4001})
        return
    await send({"type": "websocket.accept"})
    door = Door(person, Socket(person.pk, scope["session_key"], send))
    try:
        if await hub.join(door.socket):
            await door.greet()
            # What a browser still sent while we were closing is not heard: its session was over by then.
            heard = door.socket.wire.heard
            while (event := await heard(receive))["type"] != "websocket.disconnect" and not door.socket.closed:
                await door.receive(event.get("text"))
    except OperationalError:  # while joining: the browser comes back by itself
        logger.exception("socket: database")
        await door.socket.close(1013)
    finally:
        await hub.part(door.socket)


class Door:
    """What a tab may ask. Every deed asks the database for its right again."""

    FRAMES = ("post", "watch", "read", "typing", "here")  # each a method of that name
    DEEDS = ("post", "typing", "here")  # of a human being; a browser watches and reads by itself when others write

    def __init__(self, person, socket):
        self.person, self.socket, self.touched = person, socket, float("-inf")

    async def greet(self):
        """Says who is connected and where each of their rooms stands."""
        await self.socket.write(dumps("hello", person=self.person.pk, rooms=list(self.socket.rooms.values())))
        self.socket.greeted = True

    async def receive(self, text):
        """Takes one frame's text; what cannot be read is refused and changes nothing."""
        frame = {}
        try:
            frame = parse(text)
            if frame.get("t") not in self.FRAMES:
                raise BadFrame("t")
            await getattr(self, frame["t"])(frame)
            if frame["t"] in self.DEEDS:
                await self.at_the_desk()
        except BadFrame:
            await self.refuse(frame, "invalid")
        except OperationalError:  # the database is locked or away; the browser keeps the words and tries again
            logger.exception("socket: database")
            await self.refuse(frame, "busy")

    async def refuse(self, frame, why):
        """Says no, with the browser's id of what was refused if it gave a proper one."""
        given = frame.get("id")
        proper = isinstance(given, str) and given.isascii() and len(given) <= 36  # a lone surrogate cannot be sent back
        await self.socket.write(dumps("refused", id=given if proper else None, why=why))

    async def post(self, frame):
        """Posts a message; answered after it is committed."""
        room_id = whole(frame, "room")
        form = MessageForm({key: frame.get(key) for key in ("id", "body", "audience")})
        if not isinstance(frame.get("body"), str) or not form.is_valid():
            await self.refuse(frame, form.refusal)
            return
        try:
            message = await database_sync_to_async(self._post, thread_sensitive=False)(room_id, form.draft())
        except (Room.DoesNotExist, Conflict, Closed, Grown) as error:
            reasons = {Room.DoesNotExist: "gone", Conflict: "conflict", Closed: "closed", Grown: "grown"}
            await self.refuse(frame, reasons[type(error)])
        else:
            await self.socket.write(message)

    def _post(self, room_id, draft):
        [message] = Room(pk=room_id).post(self.person, [draft])
        return dumps("posted", **posted(message))

    async def watch(self, frame):
        """The tab shows this room now: from here on it gets the markup. Answers where the room stands."""
        room_id = whole(frame, "room")
        # Before the look: what is committed after it must come as markup, or nobody would tell this tab of it.
        self.socket.watching = room_id if room_id in self.socket.rooms else None
        state = await read(watched, self.person, room_id)
        if state is None or room_id not in self.socket.rooms:
            self.socket.watching = None
            await self.socket.write(dumps("gone", room=room_id))
            return
        self.socket.watching = room_id
        await self.socket.write(dumps("watching", **state))

    async def read(self, frame):
        """The person has read this room to that number."""
        await database_sync_to_async(read_to, thread_sensitive=False)(self.person, whole(frame, "room"), whole(frame, "number"))

    async def typing(self, frame):
        """The person is writing in the room they watch; who else watches it sees so."""
        room_id = whole(frame, "room")
        if room_id == self.socket.watching:
            await broadcasts.poke_typing(room_id, self.person.pk)

    async def here(self, frame):
        """Somebody uses the page, reading or scrolling."""

    async def at_the_desk(self):
        """Keeps the session from running idle; asks the database now and then only, so that a flood costs nothing."""
        now = monotonic()
        if now - self.touched > settings.SESSION_TOUCH.total_seconds():
            self.touched = now
            try:
                await read(Session.objects.touch, self.socket.session_key)
            except OperationalError:  # the deed itself is done and answered
                logger.exception("socket: session")


def posted(message):
    """The answer to a post, by either door."""
    return {
        "id": str(message.client_id), "room": message.room_id, "number": message.number, "change": message.change,
        "html": markup(message),
    }


def watched(person, room_id):
    """Where a room stands for somebody who opens it: counters, from where and how far each has read, who is here.

    None if it is not theirs.
    """
    room = Room.objects.for_person(person).filter(pk=room_id).first()
    if room is None:
        return None
    numbers = snapshots.reads(room_id)
    return {
        "room": room_id, "upto": room.last_change, "last_number": room.last_number, "audience": room.audience_change,
        "people": len(numbers), "reads": numbers, "starts": snapshots.starts(room_id),
        "here": snapshots.here([room_id]).get(room_id, []),
    }


def read_to(person, room_id, number):
    """Marks a room read to `number` for this person; nothing happens in a room that is not theirs. True if it rose."""
    membership = Membership.objects.standing().filter(room=room_id, person=person).select_related("room").first()
    return membership.read_to(number) if membership else False


