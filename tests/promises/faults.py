"""Faults as somebody might build them in, planted by name into a running process by tests/asgi.py; and hardships, under
which the sound application keeps its promises all the same.

    python -m tests.promises.faults message_number_once     takes a constraint out of the database of DATABASE_URL
"""
import json
import sys
import threading
import time
from dataclasses import replace
from queue import Queue

from . import slips

_here = threading.local()


# -- hardships: the application has to bear them ------------------------------------------------------------------------

def no_healing():
    """No look once a second and no heartbeat: what a poke does not bring, nobody brings."""
    from chat import hub

    hub.LOOK = hub.BEAT = 3600


def small_pages():
    """Five changes to an answer or a frame."""
    from chat import snapshots
    from chat.views import messages

    snapshots.BATCH = messages.BATCH = 5


def person_pokes_lost():
    """Nobody hears that a person's standing changed."""
    from accounts.models import person

    person.poke_person = lambda person_id: None


def slow_looks():
    """The hub's look at a room that has changed takes so long that a dozen changes are there in the end."""
    from chat import snapshots
    from chat.models import Room

    change = snapshots.change

    def slow(room_id, since, *args):
        slips.wait(lambda: not since < slips.counter(Room(pk=room_id)) < since + 12, patience=20)
        return change(room_id, since, *args)

    snapshots.change = slow


def slow_reading():
    """The database takes its time over a mark of what was read."""
    from chat import consumers

    read_to = consumers.read_to
    consumers.read_to = lambda *args: time.sleep(12) or read_to(*args)


# -- faults: answers and pokes at the wrong moment ------------------------------------------------------------------------

def acknowledge_before_commit():
    """The answer leaves while the transaction is open; the commit takes three seconds."""
    from django.db import connection

    from chat.models import Message, Room

    post, changed = Room.post, Room.changed

    def room_changed(self, **fields):
        changed(self, **fields)
        if getattr(_here, "answer", None) and "last_number" in fields:
            _here.answer.put(Message.objects.shown().get(room=self, number=fields["last_number"]))
            time.sleep(3)

    def in_background(room, author, drafts, answer):
        _here.answer = answer
        try:
            answer.put(post(room, author, drafts)[0])
        except Exception as error:
            answer.put(error)
        connection.close()

    def room_post(self, author, drafts):
        answer = Queue()
        threading.Thread(target=in_background, args=(self, author, drafts, answer), daemon=True).start()
        early = answer.get()
        if isinstance(early, Exception):
            raise early
        return [early]

    Room.post, Room.changed = room_post, room_changed


def poke_before_commit():
    """The poke leaves inside the transaction, which then takes two seconds to commit."""
    from chat import broadcasts
    from chat.models import Room

    changed, poke = Room.changed, broadcasts.poke_room
    broadcasts.poke_room = lambda *args: None

    def room_changed(self, **fields):
        changed(self, **fields)
        poke(self.pk, self.last_change)
        time.sleep(2)

    Room.changed = room_changed


def content_in_poke():
    """The words travel on the channel layer, to save the hub its look."""
    from accounts import pokes
    from chat import broadcasts
    from chat.models.message import MessageQuerySet

    insert = MessageQuerySet.bulk_create

    def bulk_create(self, messages, *args, **kwargs):
        _here.words = [message.body for message in messages]
        return insert(self, messages, *args, **kwargs)

    def poke_room(room_id, change):
        poke = {"type": "room", "room": room_id, "change": change}
        pokes.send(broadcasts.group_of(room_id), {**poke, "words": getattr(_here, "words", [])})

    MessageQuerySet.bulk_create, broadcasts.poke_room = bulk_create, poke_room


# -- faults: once, and the same for all -----------------------------------------------------------------------------------

def no_unique_key():
    """A resend is not looked up. (No constraint in that database.)"""
    from django.db import connection

    from chat.models.message import MessageQuerySet

    known = MessageQuerySet.filter

    def forgetful(self, *args, **kwargs):
        found = known(self, *args, **kwargs)
        return found.none() if "client_id__in" in kwargs and connection.in_atomic_block else found

    MessageQuerySet.filter = forgetful


def resend_answers_another():
    """A resend is answered with its author's newest message, under the id that was asked about."""
    from chat.models import Message, Room

    post = Room.post

    def room_post(self, author, drafts):
        [message] = post(self, author, drafts)
        newest = Message.objects.shown().filter(room=self, author=author).order_by("-number")[0]
        newest.client_id = message.client_id
        return [newest]

    Room.post = room_post


def edit_without_change():
    """Words are replaced, and the room's change does not rise."""
    from chat.models import Message

    def alter(self, by, **fields):
        Message.objects.filter(pk=self.pk).update(**fields)
        self.refresh_from_db()

    Message._alter = alter


def read_goes_back():
    """What somebody has read is whatever was said last."""
    from chat.models import Membership

    def read_to(self, number):
        return bool(Membership.objects.filter(pk=self.pk).update(read_number=min(number, self.room.last_number)))

    Membership.read_to = read_to


# -- faults: who, and how much ----------------------------------------------------------------------------------------------

def cached_membership():
    """The hub keeps the people of a room as it saw them first."""
    from chat import snapshots

    change, first = snapshots.change, {}

    def remembered(room_id, *args):
        now = change(room_id, *args)
        return replace(now, starts=first.setdefault(room_id, now.starts))

    snapshots.change = remembered


def cached_session():
    """A session that was let in once is let in."""
    from chat import snapshots

    entitled, first = snapshots.entitled, {}

    def remembered(claims):
        first.update({key: rooms for key, rooms in entitled(claims).items() if key not in first})
        return {key: first[key] for key in claims if key in first}

    snapshots.entitled = remembered


def one_page_answer():
    """Catching up gives the first page and says that is all."""
    from django.http import JsonResponse

    from chat.models import Room
    from chat.views import messages

    changes = messages.changes

    def first_page(request, room_id):
        answer = json.loads(changes(request, room_id).content)
        return JsonResponse(answer | {"more": False, "upto": Room.objects.get(pk=room_id).last_change})

    messages.changes = first_page


def one_page_frame():
    """The hub hands out the first page of what changed and says that is all."""
    from chat import snapshots
    from chat.markup import item
    from chat.models import Message

    change = snapshots.change

    def first_page(room_id, since, *args):
        now = change(room_id, since, *args)
        changed = Message.objects.shown().filter(room=room_id, change__gt=since, change__lte=now.last_change)
        items = [item(message) for message in changed.order_by("change")[: snapshots.BATCH]]
        return replace(now, items=items, more=False)

    snapshots.change = first_page


def plant(names):
    """Plants each of `names`, with commas between; KeyError for one that is not there."""
    known = {**vars(slips), **globals()}
    for name in filter(None, names.split(",")):
        known[name]()


def loosen(name):
    """Takes one of the messages' constraints out of the database: a run's own, thrown away afterwards."""
    import django

    django.setup()
    from django.db import connection

    from chat.models import Message

    [constraint] = [constraint for constraint in Message._meta.constraints if constraint.name == name]
    Message._meta.constraints.remove(constraint)  # SQLite's table is made anew, with what the model names
    with connection.schema_editor() as editor:
        editor.remove_constraint(Message, constraint)


if __name__ == "__main__":
    loosen(sys.argv[1])
