from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    """Rooms, memberships, messages and the live connection. Imports accounts only."""

    name = "chat"
    verbose_name = _("チャット")
