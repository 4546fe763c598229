"""Forms of second factors: codes as people type them, passkeys as browsers send them."""
import re
import struct
import unicodedata

from allauth.account.forms import ReauthenticateForm
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as codes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .forms import Look
from .text import PlainText

MALFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError, struct.error)  # of what is sent
BASE64 = re.compile("[A-Za-z0-9_-]+")  # in the alphabet for addresses
LONGEST = 64 * 1024  # characters of a passkey's answer; a real one has about two thousand


class CodeField(forms.CharField):
    """A code of digits, typed with or without an IME, with or without spaces."""

    def __init__(self, **options):
        widget = forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "class": "input"})
        super().__init__(widget=widget, max_length=60, **options)

    def to_python(self, value):
        """The digits: １２３ 456 is 123456."""
        typed = super().to_python(value)[: self.max_length + 1]  # before folding: NFKC is slow on what nobody types
        return "".join(unicodedata.normalize("NFKC", typed).split())


class Code(Look):
    """Mixin of forms that take a code of `self.user`."""

    def clean_code(self):
        """As allauth's, five wrong ones in five minutes at most; and a code opens once, however long it is valid."""
        code = super().clean_code()
        steps = 2 * app_settings.TOTP_TOLERANCE + 1  # allauth remembers it for one step only
        if not cache.add(f"code:{self.user.pk}:{normalize_user_code(code)}", 1, app_settings.TOTP_PERIOD * steps):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SecondStepForm(Code, codes.AuthenticateForm):
    """The second step of signing in."""

    code = CodeField(label=_("認証アプリの番号、または控えの番号"))


class CodeAgainForm(Code, codes.ReauthenticateForm):
    """Proves that it is still the same person."""

    code = CodeField(label=_("認証アプリの番号、または控えの番号"))


class AppForm(Code, ActivateTOTPForm):
    """The first code of an authenticator app, which shows that it has the secret."""

    code = CodeField(label=_("アプリに出ている6桁の番号"))

    @property
    def grouped_secret(self):
        """The secret in groups of four, for typing."""
        return " ".join(self.secret[at: at + 4] for at in range(0, len(self.secret), 4))


class PasswordAgainForm(Look, ReauthenticateForm):
    """Proves that it is still the same person."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label("password", _("パスワード"))
        self.fields["password"].widget.attrs["autocomplete"] = "current-password"


def refusal():
    """The words for whatever is wrong with a passkey's answer."""
    return get_adapter().validation_error("passkey")


class FromBrowser:
    """Mixin of forms that take a passkey's answer: what no browser would send is refused, not failed at."""

    def full_clean(self):
        """Django's; the libraries below raise many kinds of errors on malformed answers."""
        if len(self.data.get("credential", "")) > LONGEST:
            self.data = {**self.data.dict(), "credential": ""}
        try:
            super().full_clean()
        except MALFORMED:
            self.cleaned_data = {}
            self.add_error("credential", refusal())


class KnownPasskey(FromBrowser):
    """Mixin of forms in which a passkey opens."""

    def clean_credential(self):
        """The Authenticator; ValidationError in our words, and as it is when there were too many attempts."""
        try:
            return super().clean_credential()
        except ValidationError as error:
            raise (error if getattr(error, "code", "") == "too_many_login_attempts" else refusal()) from None


class PasskeyForm(KnownPasskey, passkeys.AuthenticateWebAuthnForm):
    """The second step of signing in."""


class PasskeySignInForm(KnownPasskey, passkeys.LoginWebAuthnForm):
    """Signing in by a passkey alone: it is two factors, the device and the finger or PIN."""


class PasskeyAgainForm(KnownPasskey, passkeys.ReauthenticateWebAuthnForm):
    """Proves that it is still the same person."""


def _name():
    return forms.CharField(label=_("名前"), max_length=60, validators=[PlainText()], help_text=_("例：庁舎のPC、私物の電話"))


class AddPasskeyForm(Look, FromBrowser, passkeys.AddWebAuthnForm):
    """A new passkey and its name."""

    name = _name()
    passwordless = None  # every passkey here is one; the page asks the browser for nothing less

    def clean_credential(self):
        """The browser's answer, only the parts that are kept, all of it base64: a database refuses some other text."""
        given = self.cleaned_data["credential"]
        response = {key: given["response"][key] for key in ("attestationObject", "clientDataJSON")}
        if not all(BASE64.fullmatch(text) for text in (given["id"], given["rawId"], *response.values())):
            raise refusal()
        ids = {"id": given["id"], "rawId": given["rawId"], "type": "public-key"}
        return ids | {"response": response, "clientExtensionResults": {}}

    def clean(self):
        """As allauth's, with our words."""
        try:
            return super().clean()
        except ValidationError:
            raise refusal() from None


class PasskeyNameForm(Look, passkeys.EditWebAuthnForm):
    """Another name for a passkey."""

    name = _name()
