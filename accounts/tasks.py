"""The worker's part in accounts. Each task may run twice harmlessly."""
import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone

from .models import Mail, Session

logger = logging.getLogger(__name__)


@shared_task
def deliver_mail():
    """Sends what is due, each letter claimed first. A letter that fails stays, with its reason, and is tried again."""
    connection = get_connection(settings.DELIVERY_BACKEND)
    for mail in Mail.objects.due().order_by("at")[:200]:
        if not mail.claim():
            continue
        try:
            given = {"headers": mail.headers, "connection": connection}
            EmailMessage(mail.subject, mail.body, mail.sender, [mail.recipient], **given).send()
        except Exception as error:  # whatever is wrong with one letter must not hold up the next; it is tried again
            logger.exception("mail %s", mail.pk)
            mail.error = f"{type(error).__name__}: {error}"[:300]
        else:
            mail.sent_at, mail.error = timezone.now(), ""
        mail.save(update_fields=["sent_at", "error"])


@shared_task
def clear_sessions():
    """Forgets sessions whose end lies 30 days back. Until then their browsers are told why they must sign in again."""
    Session.objects.filter(expire_date__lt=timezone.now() - timedelta(days=30)).delete()
