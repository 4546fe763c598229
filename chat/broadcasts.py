"""Pokes: after commit, a word to every process that something changed. Never what. A lost poke heals by heartbeat."""
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer


def group_of(room_id):
    """The channel layer's group of one room."""
    return f"room.{room_id}"


def poke_room(room_id, change):
    """Room `room_id` has reached `change`."""
    _send(room_id, {"type": "room", "room": room_id, "change": change})


def poke_read(room_id, person_id):
    """Somebody has read further in room `room_id`."""
    _send(room_id, {"type": "read", "room": room_id, "person": person_id})


def _send(room_id, poke):
    async_to_sync(get_channel_layer().group_send)(group_of(room_id), poke)


async def poke_typing(room_id, person_id):
    """Somebody is writing in room `room_id`. Straight from the socket, nothing is stored."""
    await get_channel_layer().group_send(group_of(room_id), {"type": "typing", "room": room_id, "person": person_id})
