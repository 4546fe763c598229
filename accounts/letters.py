"""The letters this app writes itself. Each becomes a Mail row in the transaction of the deed it tells about."""
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _


def _send(subject, template, address, **context):
    """Writes one letter; links begin with the public address, never with a request's Host header."""
    body = render_to_string(f"accounts/letters/{template}.txt", {**context, "site": settings.PUBLIC_URL})
    send_mail(settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + subject, body.strip() + "\n", None, [address])


def _link(name, *args):
    return settings.PUBLIC_URL + reverse(name, args=args)


def invited(invitation, token):
    """To somebody whom an administrator invites. The token stands nowhere else."""
    subject = _("%(body)sからの招待") % {"body": invitation.organization.label}
    _send(subject, "invited", invitation.email, invitation=invitation, link=_link("accounts:invitation", token))


def confirmed(affiliation):
    """To somebody whom their body has just confirmed."""
    subject = _("%(body)sが、所属を確認しました") % {"body": affiliation.organization.label}
    _send(subject, "confirmed", affiliation.person.email, affiliation=affiliation, link=_link("home"))


def declined(person, organization):
    """To somebody whom a body does not know."""
    subject = _("%(body)sは、所属を確認しませんでした") % {"body": organization.label}
    _send(subject, "declined", person.email, person=person, organization=organization)


def registered(affiliation):
    """To somebody whom an operator entered: the link by which they choose a password."""
    person = affiliation.person
    uid, key = user_pk_to_url_str(person), default_token_generator.make_token(person)
    link = settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key})
    forgotten = _link("account_reset_password")
    _send(_("登録のお知らせ"), "registered", person.email, affiliation=affiliation, link=link, forgotten=forgotten)
