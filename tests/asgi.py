"""The tests' own ASGI entry: the application with kill points around seams it has anyway. They live here only.

ENGAWA_KILL is the path of a file. While it says `after_insert:7`, this process counts its visits to that point, and
ends with SIGKILL at the seventh.
"""
import asyncio
import ctypes
import os
import signal
import threading
from collections import Counter
from pathlib import Path

from config.asgi import application

ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: a server does not outlive the tests that started it

_orders, _visits, _lock = Path(os.environ["ENGAWA_KILL"]), Counter(), threading.Lock()


class RolledBack(Exception):
    """Thrown into a transaction that has taken its numbers."""


def due(name):
    """Whether this visit is the one that was ordered."""
    with _lock:
        point, _, nth = _orders.read_text().partition(":") if _orders.exists() else ("", "", "")
        if point != name:
            return False
        _visits[name] += 1
        return _visits[name] == int(nth)


def die():
    """As the power failing for this process: no handler, no flush."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(name):
    """Dies if the point is due."""
    if due(name):
        die()


def arm_insert():
    """before_insert, after_insert (before commit), rolled_back (numbers taken, undone, then dead)."""
    from chat.models import Room
    from chat.models.message import MessageQuerySet

    insert, changed, post = MessageQuerySet.bulk_create, Room.changed, Room.post

    def bulk_create(self, *args, **kwargs):
        die_at("before_insert")
        result = insert(self, *args, **kwargs)
        die_at("after_insert")
        return result

    def room_changed(self, **fields):
        changed(self, **fields)
        if "last_number" in fields and due("rolled_back"):
            raise RolledBack

    def room_post(self, *args, **kwargs):
        try:
            return post(self, *args, **kwargs)
        except RolledBack:
            die()

    MessageQuerySet.bulk_create, Room.changed, Room.post = bulk_create, room_changed, room_post


def arm_poke():
    """after_commit (before the poke), in_poke (half given to the layer), after_poke (before the answer)."""
    from channels.layers import get_channel_layer

    from chat import broadcasts

    poke, layer = broadcasts.poke_room, get_channel_layer()
    group_send = layer.group_send

    def poke_room(*args):
        die_at("after_commit")
        poke(*args)
        die_at("after_poke")

    async def send(group, message):
        if message["type"] == "room" and due("in_poke"):
            asyncio.get_running_loop().call_soon(die)
        await group_send(group, message)

    broadcasts.poke_room, layer.group_send = poke_room, send


def arm_answer():
    """during_answer: the first half of the frame's bytes has left this machine, the rest never does."""
    from daphne.ws_protocol import WebSocketProtocol

    server_send = WebSocketProtocol.serverSend

    def send(self, content, binary=False):
        if isinstance(content, str) and content.startswith('{"t":"posted"') and due("during_answer"):
            def half(data):
                self.transport.getHandle().send(data[: len(data) // 2])
                die()

            self.transport.write = half
        server_send(self, content, binary)

    WebSocketProtocol.serverSend = send


def arm_ending():
    """membership_ended: written and committed, but neither the room nor the person's sockets were told."""
    from django.db import transaction

    from chat.models import seats

    unseat = seats.unseat

    def ended(*args, **kwargs):
        transaction.on_commit(lambda: die_at("membership_ended"))  # stands before the pokes that unseat asks for
        unseat(*args, **kwargs)

    seats.unseat = ended


arm_insert()
arm_poke()
arm_answer()
arm_ending()

__all__ = ["application"]
