"""What pages with a passkey button need to know."""
from allauth.mfa.adapter import get_adapter
from django import template

register = template.Library()


@register.simple_tag
def passkey_host():
    """The host whose pages may ask for our passkeys."""
    return get_adapter().get_public_key_credential_rp_entity()["id"]
