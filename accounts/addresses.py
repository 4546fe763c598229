"""Mail addresses as proof of a body. Stricter than RFC 5322 on purpose: `"a@evil"@city.example` and `cıty` are valid
addresses to the usual parsers, and a state's messenger let strangers in by exactly that."""
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_LOCAL = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", re.ASCII)
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)


def validate_domain(value):
    """Takes a mail domain, returns it in lower case; raises ValidationError unless it is a plain ASCII host name."""
    domain = value.lower() if value.isascii() else ""
    if len(domain) > 190 or not _DOMAIN.fullmatch(domain):
        raise ValidationError(_("ドメインは、英数字とハイフンだけで書いてください。"), code="domain")
    return domain


def validate_address(value):
    """Takes an address, returns `(address, domain)`; the address returned is the one to store, mail and verify.

    Raises ValidationError unless it is ASCII, has one @, no quotes, no +, no spaces. Only ASCII letters are lowered,
    and only after everything else was refused, so no character can turn into another.
    """
    address = value.lower() if value.isascii() else ""
    local, at, domain = address.partition("@")
    if not at or len(address) > 190 or len(local) > 64 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise ValidationError(_("職場のメールアドレスを、半角の英数字で書いてください。"), code="address")
    return address, domain
