"""What allauth asks this project."""
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .addresses import validate_address
from .models import Organization


class AccountAdapter(DefaultAccountAdapter):
    """Addresses by our rules, our words; sessions that end poke whoever holds their sockets."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("アドレスかパスワードが違います。もう一度入れてください。"),
        "enter_current_password": _("今のパスワードが違います。もう一度入れてください。"),
        "too_many_login_attempts": _("続けて間違えたので、しばらく入れません。5分ほどおいてから、もう一度入れてください。"),
        "invalid_password_reset": _("このリンクは使えません。"),
    }

    def clean_email(self, email):
        """Takes what was typed, returns the address to store, mail and verify: byte for byte the same string."""
        return validate_address(email)[0]

    def send_mail(self, template_prefix, email, context):
        """As allauth's, but a stranger's request makes us write only to domains that some body registered, and links
        begin with the public address, never with a request's Host header."""
        if template_prefix.endswith("unknown_account") and not Organization.objects.for_domain(email.partition("@")[2]):
            return
        links = {name: settings.PUBLIC_URL + urlsplit(url).path for name, url in context.items() if name.endswith("_url")}
        super().send_mail(template_prefix, email, context | links)

    def set_password(self, user, password):
        """Stores a new password; sockets of other sessions ask again and close."""
        super().set_password(user, password)
        user.standing_changed()

    def logout(self, request):
        """Ends the session and its sockets."""
        person = request.user
        super().logout(request)
        if person.is_authenticated:
            person.standing_changed()

    def get_logout_redirect_url(self, request):
        """Back to the door."""
        return reverse("account_login")

    def get_password_change_redirect_url(self, request):
        """Back to one's own page, where the change began."""
        return reverse("accounts:me")
