"""The yardstick with the application: the same, but every socket joins the room's group, as Channels' tutorial has it.

Posts go in by the same `Room.post` with all its rights; then the words travel on the layer, and every socket encodes its
own frame. Who left meanwhile would go on reading: it is a yardstick, not a way.
"""
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
http = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.db import database_sync_to_async  # noqa: E402
from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from chat.consumers import posted  # noqa: E402
from chat.forms import MessageForm  # noqa: E402
from chat.models import Room  # noqa: E402


class Tab(AsyncJsonWebsocketConsumer):
    """One tab, one membership of the layer's group."""

    async def receive_json(self, content):
        if content["t"] == "watch":
            await self.watch(content["room"])
        elif content["t"] == "post":
            answer = await database_sync_to_async(self.post)(content)
            item = [answer["number"], answer["html"]]
            frame = {"t": "change", "room": answer["room"], "upto": answer["change"], "items": [item]}
            await self.channel_layer.group_send(f"tutorial.{answer['room']}", {"type": "change", "frame": frame})
            await self.send_json({"t": "posted", **answer})

    async def watch(self, room_id):
        """Joins the group of a room that is open to this person."""
        rooms = Room.objects.for_person(self.scope["user"]).filter(pk=room_id)
        if await rooms.aexists():
            await self.channel_layer.group_add(f"tutorial.{room_id}", self.channel_name)
            await self.send_json({"t": "watching", "room": room_id})

    def post(self, content):
        """Stores one message; returns the answer."""
        form = MessageForm({key: content.get(key) for key in ("id", "body", "audience")})
        form.is_valid()
        [message] = Room(pk=content["room"]).post(self.scope["user"], [form.draft()])
        return posted(message)

    async def change(self, event):
        """Hands on what came from the layer."""
        await self.send_json(event["frame"])


# The application's own pokes have no hearer here; the layer drops them.
application = ProtocolTypeRouter(
    {"http": http, "websocket": AuthMiddlewareStack(URLRouter([path("ws/", Tab.as_asgi())]))}
)
