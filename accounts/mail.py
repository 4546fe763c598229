"""Django's mail backend of this house: a mail is a row in the transaction that needs it."""
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from .models import Mail
from .tasks import deliver_mail


class OutboxBackend(BaseEmailBackend):
    """Writes mails down; the worker sends them. What rolls back was never mailed."""

    def send_messages(self, email_messages):
        """Takes Django's EmailMessages, returns how many rows were written."""
        rows = [
            Mail(recipient=recipient, sender=message.from_email, subject=message.subject, body=message.body)
            for message in email_messages
            for recipient in message.recipients()
        ]
        Mail.objects.bulk_create(rows)
        transaction.on_commit(lambda: deliver_mail.delay(), robust=True)  # only a hint: the schedule finds the rows
        return len(email_messages)
