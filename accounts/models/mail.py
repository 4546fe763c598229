"""Outgoing mail as rows: written in the transaction that needs it, sent by the worker.

A letter is never lost: it is a row of the deed's own transaction, and due until it is marked as sent. It goes out once, unless
the worker dies (or the database goes away) between a server's taking it and the mark; then it goes out again, under the
same Message-ID and date, by which the receiving side can tell that it is the same letter.
"""
from datetime import timedelta
from email.utils import format_datetime, parseaddr

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PATIENCE = timedelta(minutes=5)  # a claim older than this belonged to a worker that died: EMAIL_TIMEOUT is far shorter


class MailQuerySet(models.QuerySet):
    def due(self):
        """Not sent, and not in the hands of a worker that may still be alive."""
        return self.filter(Q(claimed_at=None) | Q(claimed_at__lt=timezone.now() - PATIENCE), sent_at=None)


class Mail(models.Model):
    """One letter to one address."""

    recipient = models.CharField(_("宛先"), max_length=190)
    sender = models.CharField(_("差出人"), max_length=190)
    subject = models.CharField(_("件名"), max_length=300)
    body = models.TextField(_("本文"))
    at = models.DateTimeField(_("書いた日時"), default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(_("送った日時"), null=True, editable=False)
    error = models.CharField(_("送れなかった理由"), max_length=300, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("送信メール")
        verbose_name_plural = pgettext_lazy("plural", "送信メール")
        ordering = ["-at"]

    def __str__(self):
        return f"{self.recipient} {self.subject}"

    @property
    def headers(self):
        """What every attempt at sending this letter has in common: its id and the moment it was written."""
        domain = parseaddr(self.sender)[1].rpartition("@")[2]
        return {
            "Message-ID": f"<{self.pk}.{self.at:%Y%m%d%H%M%S%f}@{domain}>", "Date": format_datetime(timezone.localtime(self.at)),
        }

    def claim(self):
        """Takes this letter for sending; False when another worker was faster."""
        return Mail.objects.due().filter(pk=self.pk).update(claimed_at=timezone.now()) == 1
