"""The tests' own ASGI entry: the application with kill points around seams it has anyway. They live here only.

ENGAWA_KILL names the file with the order to die (points.py), ENGAWA_PLANT the faults and hardships of faults.py that this
process has, by name, ENGAWA_HEARD the file into which everything is copied that the layer in memory carries.
"""
import asyncio
import os

from config.asgi import application

from .promises.faults import plant
from .promises.points import die, die_at, due


class RolledBack(Exception):
    """Thrown into a transaction that has taken its numbers."""


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
    from chat.wire import DaphneWire

    put = DaphneWire.put

    async def half_put(self, frame):
        leaving = self.protocol.state != self.protocol.STATE_OPEN  # a tab that has moved on gets no answer to die in
        if frame.text.startswith('{"t":"posted"') and not leaving and due("during_answer"):
            transport = self.protocol.transport

            def half(data):
                try:
                    transport.getHandle().send(data[: len(data) // 2])
                finally:
                    die()

            transport.write = half
        await put(self, frame)

    DaphneWire.put = half_put


def arm_ending():
    """membership_ended: written and committed, but neither the room nor the person's sockets were told."""
    from django.db import transaction

    from chat.models import seats

    unseat = seats.unseat

    def ended(*args, **kwargs):
        transaction.on_commit(lambda: die_at("membership_ended"))  # stands before the pokes that unseat asks for
        unseat(*args, **kwargs)

    seats.unseat = ended


def copy_layer(path):
    """Copies what travels on the channel layer into a file: in memory there is no other place to listen."""
    from channels.layers import get_channel_layer

    layer, heard = get_channel_layer(), os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
    send, group_send = layer.send, layer.group_send

    async def copied(channel, message):
        os.write(heard, f"{channel} {message}\n".encode())
        await send(channel, message)

    async def group_copied(group, message):
        os.write(heard, f"{group} {message}\n".encode())
        await group_send(group, message)

    layer.send, layer.group_send = copied, group_copied


if os.environ.get("ENGAWA_HEARD"):
    copy_layer(os.environ["ENGAWA_HEARD"])
arm_insert()
arm_poke()
arm_answer()
arm_ending()
plant(os.environ.get("ENGAWA_PLANT", ""))

__all__ = ["application"]
