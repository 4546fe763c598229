"""What is said of rooms, in pokes (accounts/pokes.py): numbers only, never content."""
from channels.layers import get_channel_layer

from accounts import pokes


def group_of(room_id):
    """The channel layer's group of one room."""
    return f"room.{room_id}"


def poke_room(room_id, change):
    """Room `room_id` has reached `change`."""
    pokes.send(group_of(room_id), {"type": "room", "room": room_id, "change": change})


def poke_read(room_id, person_id):
    """Somebody has read further in room `room_id`."""
    pokes.send(group_of(room_id), {"type": "read", "room": room_id, "person": person_id})


async def poke_typing(room_id, person_id):
    """Somebody is writing in room `room_id`. Straight from the socket, nothing is stored."""
    await get_channel_layer().group_send(group_of(room_id), {"type": "typing", "room": room_id, "person": person_id})
