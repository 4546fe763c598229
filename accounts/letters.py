"""The letters this app writes itself. Each becomes a Mail row in the transaction of the deed it tells about."""
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from .agents import described


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


def factor_changed(person, what):
    """To somebody whose second factors changed; `what` is allauth's name of the event."""
    deed = {
        "totp_activated": _("認証アプリを登録しました。"), "totp_deactivated": _("認証アプリを外しました。"),
        "webauthn_added": _("パスキーを登録しました。"), "webauthn_removed": _("パスキーを外しました。"),
        "recovery_codes_generated": _("控えの番号を作り直しました。前の番号は使えません。"),
    }[what]
    _send(_("二段階認証の変更"), "factor_changed", person.email, person=person, deed=deed, link=_link("account_reset_password"))


def reset_asked(reset):
    """To the person whose second factors are to be deleted, who may object, and to the witness, who decides."""
    subject = _("二段階認証を解除する依頼")
    _send(subject, "reset_asked", reset.person.email, reset=reset)
    _send(subject, "reset_witness", reset.witness.email, reset=reset, link=_link("accounts:me"))


def reset_closed(reset):
    """To the person, and to whoever asked, how it ended."""
    for reader in (reset.person, reset.by):
        _send(reset.said, "reset_closed", reader.email, reset=reset, reader=reader, link=_link("home"))


def new_browser(person, at, address, agent):
    """To somebody who has signed in in a browser unknown to us: when (in Japan's time), from where, and what to do."""
    facts = {"at": timezone.localtime(at), "ip": address, "device": described(agent)}
    links = {"sessions": _link("accounts:sessions"), "forgotten": _link("account_reset_password")}
    _send(_("新しい端末からのログイン"), "new_browser", person.email, person=person, **facts, **links)


def signed_out(person, organization):
    """To somebody whom an administrator of their body has signed out everywhere."""
    subject = _("%(body)sの管理者が、ログインを終わらせました") % {"body": organization.label}
    links = {"login": _link("account_login"), "forgotten": _link("account_reset_password")}
    _send(subject, "signed_out", person.email, person=person, organization=organization, **links)
