"""What is only read: verifications, invitations, letters."""
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ..models import FactorReset, Invitation, Mail, Verification
from .site import ScopedAdmin, site


@admin.register(Verification, site=site)
class VerificationAdmin(ScopedAdmin):
    """Who vouched for whom, when and how."""

    body = "affiliation__organization"
    list_display = ["affiliation", "person", "by", "method", "at", "withdrawn_at", "withdrawn_by", "reason"]
    list_filter = ["method"]
    list_select_related = [
        "affiliation__person", "affiliation__organization", "affiliation__department", "by", "withdrawn_by",
    ]
    search_fields = ["affiliation__person__name", "affiliation__person__kana", "affiliation__organization__label"]

    @admin.display(description=_("人"))
    def person(self, record):
        """Whom it is about."""
        return record.affiliation.person


@admin.register(FactorReset, site=site)
class FactorResetAdmin(ScopedAdmin):
    """Who had whose second factors deleted, with which witness, when and why."""

    list_display = ["person", "organization", "by", "witness", "reason", "at", "outcome", "closed_at"]
    list_filter = ["outcome"]
    list_select_related = ["person", "organization", "by", "witness"]
    search_fields = ["person__name", "person__kana", "organization__label"]


@admin.register(Invitation, site=site)
class InvitationAdmin(ScopedAdmin):
    """Who was invited. The link's digest is not shown."""

    fields = ["organization", "department", "title", "email", "by", "at", "accepted_at", "withdrawn_at"]
    list_display = ["email", "organization", "department", "by", "at", "accepted_at", "withdrawn_at"]
    list_select_related = ["organization", "department__organization", "by"]
    search_fields = ["email", "organization__label"]


@admin.register(Mail, site=site)
class MailAdmin(ScopedAdmin):
    """Whether letters went out. Their words are not shown: they contain links that open doors."""

    body = None
    list_display = ["recipient", "subject", "at", "sent_at", "error"]
    search_fields = ["recipient", "subject"]
    fields = ["recipient", "sender", "subject", "at", "claimed", "sent_at", "error"]
    readonly_fields = ["claimed"]

    @admin.display(description=_("送りはじめた日時"))
    def claimed(self, letter):
        """When a worker last took it for sending."""
        return letter.claimed_at
