"""The worker: `celery -A config worker -B`. Tasks may run twice; each claims its row first."""
import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("engawa")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
