from django.apps import AppConfig


class ChatConfig(AppConfig):
    """Rooms, memberships, messages and the live connection. Imports accounts only."""

    name = "chat"
    verbose_name = "チャット"
