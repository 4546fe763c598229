"""What allauth asks about second factors: how secrets are kept, under which name passkeys are made, which may go."""
import base64
from functools import lru_cache
from urllib.parse import urlsplit

import qrcode
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

PURPOSE = b"engawa: secrets of second factors"  # so that this key is no other key made of the same secret


@lru_cache
def _seal(secret):
    """The lock made of one secret key: HKDF-SHA256 to 32 bytes, Fernet (AES-128-CBC with HMAC-SHA256)."""
    key = HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))


class FactorAdapter(DefaultMFAAdapter):
    """Secrets sealed at rest, passkeys bound to the public address, and our words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "unverified_email": _("先に、メールアドレスを確かめてください。"),
        "cannot_delete_authenticator": _(
            "所属する団体が二段階認証を求めているので、最後の一つは外せません。先に別の方法を登録してください。"
        ),
        "cannot_generate_recovery_codes": _("先に、認証アプリかパスキーを登録してください。"),
        "incorrect_code": _("番号が違います。もう一度入れてください。"),
        "passkey": _("このパスキーでは確かめられませんでした。もう一度試すか、別の方法を使ってください。"),
    }

    def encrypt(self, text):
        """Seals with the present SECRET_KEY; returns text."""
        return _seal(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        """Opens what the present key or one of SECRET_KEY_FALLBACKS sealed; cryptography's InvalidToken otherwise."""
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        return MultiFernet([_seal(key) for key in keys]).decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self):
        """Passkeys belong to the host of the public address, never to a request's Host header.

        A browser makes none for a bare address such as 127.0.0.1; opened as localhost, a trial on one machine has them.
        """
        host = urlsplit(settings.PUBLIC_URL).hostname
        return {"id": "localhost" if host in ("127.0.0.1", "::1") else host, "name": "Engawa"}

    def get_public_key_credential_user_entity(self, user):
        """What a telephone shows beside the passkey."""
        return {"id": user_pk_to_url_str(user).encode(), "display_name": user.name, "name": user.email}

    def build_totp_svg(self, url):
        """The QR code of `url` as an element: one path of unit squares, without inline style, which the CSP refuses."""
        code = qrcode.QRCode(border=4)
        code.add_data(url)
        rows = code.get_matrix()
        dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, filled in enumerate(row) if filled)
        label = gettext("認証アプリで読み取るQRコード")
        return format_html(
            '<svg class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}"><path d="{}"/></svg>', label, len(rows), len(rows), dark
        )

    def generate_authenticator_name(self, user, type):
        """The name a passkey has until its owner gives it another."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("パスキー%(n)s") % {"n": count + 1}

    def can_delete_authenticator(self, authenticator):
        """Whether the person may do without: the last one stays while somebody asks for it."""
        person = authenticator.user
        return not person.needs_factor or person.factors.exclude(pk=authenticator.pk).exists()
