"""Faults in how a message gets its number and its change: taken at the wrong moment, counted, or taken without the lock."""
import os
import threading
import time
from pathlib import Path

SLOW, PATIENCE = "ゆっくり", 5.0  # words whose writer is overtaken; seconds a fault waits for that
SHOWN = 1.0  # seconds after which readers have been shown what overtook: a look that found both would hide the fault

_here = threading.local()


def _slip(take, field, room_field):
    """A number taken before the room's lock: whoever writes slowly is overtaken between taking and writing."""
    from chat.models import Room
    from chat.models.message import MessageQuerySet

    post, changed, insert = Room.post, Room.changed, MessageQuerySet.bulk_create

    def bulk_create(self, messages, *args, **kwargs):
        for message in messages:
            setattr(message, field, _here.taken)
        return insert(self, messages, *args, **kwargs)

    def room_changed(self, **fields):
        if getattr(_here, "taken", None) and room_field in fields:
            fields[room_field] = max(getattr(self, room_field), _here.taken)
        changed(self, **fields)

    def room_post(self, author, drafts):
        _here.taken = _overtaken(self, drafts[0].body.startswith(SLOW), take)
        try:
            return post(self, author, drafts)
        finally:
            _here.taken = None

    Room.post, Room.changed, MessageQuerySet.bulk_create = room_post, room_changed, bulk_create


def _overtaken(room, slow, take):
    """What `take` gives: to the slow writer first, who then waits until another has written into the room."""
    mark = Path(os.environ["ENGAWA_VAR"]) / "taken"
    if not slow:
        wait(mark.exists)
        return take(room)
    before, taken = counter(room), take(room)
    mark.touch()
    wait(lambda: counter(room) > before)
    time.sleep(SHOWN)
    return taken


def wait(true, patience=PATIENCE):
    """Waits until something holds, or patience is at its end."""
    deadline = time.monotonic() + patience
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)


def counter(room):
    """The room's last change, as it is committed."""
    return type(room).objects.values_list("last_change", flat=True).get(pk=room.pk)


def _next_id(room):
    """The next value of the messages' auto-increment; on SQLite, where writers stand in line, the clock."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.time_ns() // 1000
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1000 + nextval(pg_get_serial_sequence('chat_message', 'id'))")
        return cursor.fetchone()[0]


def cursor_by_id():
    """Readers' cursors run over the auto-increment id (or the clock), which is drawn before the lock."""
    _slip(_next_id, "change", "last_change")


def number_before_lock():
    """The number is the last one and one more, looked up before the lock. (No constraint in that database.)"""
    _slip(lambda room: type(room).objects.values_list("last_number", flat=True).get(pk=room.pk) + 1, "number", "last_number")


def number_by_counting():
    """The number is how many there are and one more: after a withdrawal it comes again. (No constraint in that database.)"""
    from chat.models import Message, Room
    from chat.models.message import MessageQuerySet

    changed, insert = Room.changed, MessageQuerySet.bulk_create

    def bulk_create(self, messages, *args, **kwargs):
        there = Message.objects.filter(room=messages[0].room, withdrawn_at=None).count()
        for step, message in enumerate(messages, start=1):
            message.number = there + step
        return insert(self, messages, *args, **kwargs)

    def room_changed(self, **fields):
        if "last_number" in fields:
            fields["last_number"] = Message.objects.filter(room=self).order_by("-pk")[0].number
        changed(self, **fields)

    Room.changed, MessageQuerySet.bulk_create = room_changed, bulk_create


def number_outside_transaction():
    """Numbers come from a counter of their own, as a sequence is: what is rolled back leaves a hole."""
    from chat.models import Room
    from chat.models.message import MessageQuerySet

    changed, insert = Room.changed, MessageQuerySet.bulk_create

    def bulk_create(self, messages, *args, **kwargs):
        kept = Path(os.environ["ENGAWA_VAR"]) / f"number-{messages[0].room_id}"
        last = int(kept.read_text()) if kept.exists() else messages[0].room.last_number
        for step, message in enumerate(messages, start=1):
            message.number = last + step
        kept.write_text(str(messages[-1].number))
        return insert(self, messages, *args, **kwargs)

    def room_changed(self, **fields):
        if "last_number" in fields:
            fields["last_number"] = int((Path(os.environ["ENGAWA_VAR"]) / f"number-{self.pk}").read_text())
        changed(self, **fields)

    Room.changed, MessageQuerySet.bulk_create = room_changed, bulk_create


def lock_dropped():
    """Nobody locks the room. Only PostgreSQL lets two write at once; there two changes of one room bear the same number.

    Two posts would stumble over the constraint and be tried again; an edit has no such constraint, so it overtakes.
    """
    from django.db.models import QuerySet

    from chat.models import Message
    from chat.models.message import MessageQuerySet

    insert, alter, mark = MessageQuerySet.bulk_create, Message._alter, Path(os.environ["ENGAWA_VAR"]) / "taken"
    QuerySet.select_for_update = lambda self, *args, **kwargs: self.all()

    def bulk_create(self, messages, *args, **kwargs):
        if messages[0].body.startswith(SLOW):
            before = counter(messages[0].room)
            mark.touch()
            wait(lambda: counter(messages[0].room) > before)
            time.sleep(SHOWN)
        return insert(self, messages, *args, **kwargs)

    def altered(self, by, **fields):
        wait(mark.exists)
        alter(self, by, **fields)

    MessageQuerySet.bulk_create, Message._alter = bulk_create, altered
