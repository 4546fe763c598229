"""The yardstick of a request: Django's own handler with no middleware and one view that answers 201."""
import os

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import JsonResponse
from django.urls import path

if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, SECRET_KEY=os.environ["SECRET_KEY"], ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[])
    django.setup()


def post(request):
    """Reads the words and answers."""
    return JsonResponse({"length": len(request.POST["body"])}, status=201)


urlpatterns = [path("", post)]
application = get_asgi_application()
