"""The worker's part in chat. Each task may run twice harmlessly."""
from celery import shared_task

from .models import seats


@shared_task
def settle_memberships():
    """Ends memberships whose right has ended (a transfer's date, a withdrawal) and opens department rooms."""
    seats.settle_all()
