"""Outgoing mail as rows: written in the transaction that needs it, sent by the worker."""
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PATIENCE = timedelta(minutes=5)  # a claim older than this belonged to a worker that died


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

    def claim(self):
        """Takes this letter for sending; False when another worker was faster."""
        return Mail.objects.due().filter(pk=self.pk).update(claimed_at=timezone.now()) == 1
