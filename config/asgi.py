"""HTTP and the socket. The Origin is compared whole: scheme, host and port."""
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  (the apps must be loaded first)

from chat.routing import SameOrigin, SignedIn, websocket_urlpatterns  # noqa: E402

from .handler import Handler  # noqa: E402

application = ProtocolTypeRouter(
    {"http": Handler(), "websocket": SameOrigin(SignedIn(URLRouter(websocket_urlpatterns)))}
)
