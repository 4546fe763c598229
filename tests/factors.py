"""Second factors as people have them: an app that counts, a passkey in a drawer, and the roads to set them up."""
import base64
import hashlib
import json
import time
from datetime import timedelta

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from fido2 import cbor
from fido2.cose import ES256

from accounts.models import Organization

from .cast import PASSWORD

ORIGIN = settings.PUBLIC_URL.replace("127.0.0.1", "localhost")


def number(secret, steps=0):
    """What an authenticator app with this secret shows, `steps` of 30 s from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def give_app(person):
    """An authenticator app, already set up, with recovery codes; returns its secret and the codes."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret, RecoveryCodes.activate(person).generate_codes()


def inside(client):
    """Whether somebody is signed in."""
    return "_auth_user_id" in client.session


def asks(body, days=0):
    """The body asks its people for a second factor, from `days` after today."""
    Organization.objects.filter(pk=body.pk).update(second_factor_from=timezone.localdate() + timedelta(days=days))


def sign_in(client, person):
    """The first step of signing in."""
    return client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})


def again(client, person):
    """Signs in without a form, and proves the password, as before every change of factors."""
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def _text(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Passkey:
    """A passkey made in software: it answers as a browser would, truthfully unless told to lie."""

    def __init__(self):
        self.key, self.id, self.handle = ec.generate_private_key(ec.SECP256R1()), b"a passkey of 16b", b""

    def _answer(self, response):
        given = {"id": _text(self.id), "rawId": _text(self.id), "type": "public-key", "clientExtensionResults": {}}
        return json.dumps(given | {"response": {name: _text(data) for name, data in response.items()}})

    def _said(self, kind, challenge, origin):
        return json.dumps({"type": f"webauthn.{kind}", "challenge": challenge, "origin": origin}).encode()

    def _seen(self, host, verified, flags=0):
        return hashlib.sha256(host.encode()).digest() + bytes([1 | (4 if verified else 0) | flags]) + bytes(4)

    def made(self, options, origin=ORIGIN, host="localhost", verified=True):
        """The answer to creation options."""
        self.handle = base64.urlsafe_b64decode(options["user"]["id"] + "==")
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        seen = self._seen(host, verified, 0x40) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        proof = cbor.encode({"fmt": "none", "attStmt": {}, "authData": seen})
        return self._answer({"clientDataJSON": self._said("create", options["challenge"], origin), "attestationObject": proof})

    def proved(self, options, origin=ORIGIN, host="localhost", verified=True, handle=None):
        """The answer to request options."""
        said, seen = self._said("get", options["challenge"], origin), self._seen(host, verified)
        signature = self.key.sign(seen + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        parts = {"clientDataJSON": said, "authenticatorData": seen, "signature": signature}
        return self._answer(parts | {"userHandle": self.handle if handle is None else handle})

    def register(self, client, name="庁舎のPC"):
        """Sets itself up through the page of somebody who has just proven the password; returns the answer."""
        options = client.get(reverse("mfa_add_webauthn")).context["options"]["publicKey"]
        return client.post(reverse("mfa_add_webauthn"), {"name": name, "credential": self.made(options)})

    def sign_in(self, client, **lies):
        """Signs in alone; returns the answer."""
        page = reverse("mfa_login_webauthn")
        options = client.get(page, headers={"X-Requested-With": "XMLHttpRequest"}).json()["request_options"]["publicKey"]
        return client.post(page, {"credential": self.proved(options, **lies)})
