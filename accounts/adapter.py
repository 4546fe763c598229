"""What allauth asks this project."""
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import httpkit, ratelimit
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from . import browsers, letters
from .addresses import validate_address
from .models import Organization, Session

NOWHERE = "0.0.0.0"


class AccountAdapter(DefaultAccountAdapter):
    """Addresses by our rules, our words; sessions that end poke whoever holds their sockets."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("アドレスかパスワードが違います。もう一度入れてください。"),
        "enter_current_password": _("今のパスワードが違います。もう一度入れてください。"),
        "too_many_login_attempts": _("続けて間違えたので、しばらく入れません。5分ほどおいてから、もう一度入れてください。"),
        "invalid_password_reset": _("このリンクは使えません。"),
        "incorrect_password": _("パスワードが違います。もう一度入れてください。"),
        "rate_limited": _("続けて間違えたので、しばらく受け付けません。5分ほどおいてから、もう一度入れてください。"),
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

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """A letter of ours to whoever gained or lost a second factor."""
        if template_prefix.startswith("mfa/"):
            letters.factor_changed(user, template_prefix.rpartition("/")[2])

    def set_password(self, user, password):
        """Stores a new password and ends every session; the one in which it was changed goes on under a new key."""
        super().set_password(user, password)
        Session.objects.end_all(user)

    def login(self, request, user):
        """Signs in, by whatever proof; where this browser is new to the person, a letter tells them."""
        first = user.last_login is None
        super().login(request, user)
        browsers.signed_in(request, user, first)

    def get_client_ip(self, request):
        """The address a request came from, as the trusted proxies say. NOWHERE when none can be known: limits then count
        all such requests together. What a client writes into X-Forwarded-For itself never counts."""
        try:
            address = httpkit.get_client_ip(request)
        except ImproperlyConfigured:  # fewer entries than there are proxies: it came past one of them
            address = None
        return address or httpkit.clean_client_ip(request.META.get("REMOTE_ADDR") or "") or NOWHERE

    def _get_login_attempts_cache_key(self, request, **credentials):
        """Counts wrong passwords by person and address. allauth would count by the Host header too, which a client chooses."""
        return f"{credentials.get('email', '').lower()} {ratelimit.get_ip(request)}"

    def pre_authenticate(self, request, **credentials):
        """Refuses a guess too many: at this person from this address, or at this person from anywhere."""
        super().pre_authenticate(request, **credentials)
        key = credentials.get("email", "").lower()
        self._anywhere = ratelimit.consume(request, app="allauth.account", action="login_failed_anywhere", key=key)
        if not self._anywhere:
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self):
        """A right password is no guess."""
        super()._rollback_login_failed_rl_usage()
        self._anywhere.rollback()

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
