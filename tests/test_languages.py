"""No page and no letter mixes the two languages: every one is visited in both, every form refused, every letter written."""
import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone, translation

from accounts import letters
from accounts.admin import site
from accounts.models import Department, FactorReset, Invitation, Organization, Person, Verification
from chat.models import Message, Room, RoomRequest

from .cast import PASSWORD, say
from .factors import again, give_app, number, sign_in
from .test_catalogue import JAPANESE, NAMES

LATIN = re.compile(r"[A-Za-z]{2,}")
# Latin that is right on a Japanese page.
FOREIGN = re.compile(
    r"Engawa|English|(?:Ctrl\+)?Enter|Esc|KiB|ICT|ID|IP(?=アドレス)|PC(?=[での、])|PIN|QR(?=コード)|(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}"
    r"|\{\w+\}|\S*@\S*|[\w.]+\.example|https?://\S+"
)
CHANGES = ["totp_activated", "totp_deactivated", "webauthn_added", "webauthn_removed", "recovery_codes_generated"]


class Words(HTMLParser):
    """What a person reads or hears of a page: text, names of controls, hints."""

    SAID = {"placeholder", "aria-label", "title", "alt", "data-count"}

    def __init__(self, markup):
        super().__init__()
        self.found, self._mute = [], False
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        """Remembers what attributes say; scripts are not read."""
        given = dict(attrs)
        self._mute = tag in ("script", "style")
        if "/admin/img/" in given.get("src", ""):
            return  # Django writes what its little pictures say (Search, True, False) into its code
        self.found += [value for name, value in attrs if name in self.SAID or (name == "value" and given.get("type") == "submit")]

    def handle_endtag(self, tag):
        """Behind a script one reads on."""
        self._mute = False

    def handle_data(self, data):
        """Remembers a text."""
        if not self._mute and data.strip():
            self.found.append(data.strip())


def admin_pages(client):
    """Index, lists, forms and histories of the admin, as far as this person sees them."""
    paths = [reverse("admin:index")]
    for model in site._registry:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        paths += [reverse(f"{base}_changelist"), reverse(f"{base}_add")]
        if row := model.objects.first():
            paths += [reverse(f"{base}_{page}", args=[row.pk]) for page in ("change", "history")]
    return {path: answer for path in paths if (answer := client.get(path)).status_code == 200}


def visits(c):
    """`{who: [path, …]}` of every main page, by the people who see it; below /account/ unless it begins with a slash."""
    room, own, invitation = f"/chat/rooms/{c.shared.pk}/", c.member.affiliations.get().pk, f"/account/invitation/{c.token}/"
    return {
        None: ["login/", "signup/", "password/reset/", "password/reset/done/", "password/reset/key/done/", "inactive/",
               "confirm-email/", "confirm-email/x/", "password/reset/key/1-x/", invitation, "/account/invitation/x/"],
        c.member: ["/chat/", "/chat/rooms/new/", "/chat/people/", "/chat/people/?q=x", room, f"{room}people/",
                   f"{room}people/?q=x", f"{room}audience/", f"{room}messages/1/readers/", f"/chat/rooms/{c.direct.pk}/",
                   f"/chat/rooms/{c.department_room.pk}/people/", "me/", "password/change/", "logout/", "/nothing/", "/admin/",
                   "sessions/", "factors/", "reauthenticate/"],
        c.colleague: [f"/chat/rooms/{c.closed.pk}/", f"/chat/rooms/{c.closed.pk}/people/?q=kanaria"],
        c.neighbour: ["/chat/"], c.pending: ["pending/"], c.withdrawn: ["pending/"],
        c.administrator: ["staff/", "staff/?q=x", f"staff/{own}/"], c.operator: ["pending/"],
    }


def entries_to_refuse(c):
    """`{who: [(path, form), …]}` of wrong entries, and of right ones that write letters."""
    room, own, invitation = f"/chat/rooms/{c.shared.pk}/", c.member.affiliations.get().pk, f"/account/invitation/{c.token}/"
    long = "x" * 300
    return {
        None: [("login/", {}), ("login/", {"login": "a@b.example", "password": "x"}), ("signup/", {}), (invitation, {}),
               ("signup/", {"email": "x", "name": long, "kana": "\u200b", "password1": "1", "password2": "2"}),
               ("signup/", {"email": "a@nobody.example", "password1": PASSWORD, "password2": PASSWORD + "x"}),
               ("password/reset/", {}), ("password/reset/", {"email": "x"}),
               *(("password/reset/", {"email": address}) for address in (c.member.email, "nobody@city.fukaya.example")),
               *(("signup/", {"email": address, "name": "x", "kana": "x", "password1": PASSWORD, "password2": PASSWORD})
                 for address in (c.member.email, "newcomer@city.fukaya.example")),
               (invitation, {"name": "x", "kana": "\0", "password": "password"})],
        c.member: [("password/change/", {}), ("password/change/", {"oldpassword": "x", "password1": "x", "password2": "y"}),
                   ("/chat/rooms/new/", {}), ("/chat/rooms/new/", {"name": long}), (f"{room}messages/", {}),
                   ("me/", {"kana": long})],
        c.administrator: [("staff/invite/", {"email": "x"}), (f"staff/{own}/transfer/", {"on": "x"}),
                          (f"staff/{own}/withdraw/", {})],
    }


def factors(client, c, language):
    """`{name: answer}` of the second factors' pages: of somebody who sets them up, and of somebody who has them."""
    found = {}

    def visit(path, form=None):
        path = f"/account/{path}"
        answer = client.get(path, follow=True) if form is None else client.post(path, form, follow=True)
        found[f"factors {len(found)} {path} {sorted(form or ())}"] = answer
        return answer

    again(client, c.neighbour)
    for path in ("app/", "passkey/", "codes/"):
        visit(f"factors/{path}")
    visit("factors/app/", {"code": "000000"})
    visit("factors/passkey/", {})
    client.logout()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    secret, codes = give_app(c.neighbour)
    sign_in(client, c.neighbour)
    for form in (None, {}, {"code": "000000"}, {"code": number(secret)}):
        visit("factors/step/", form)
    again(client, c.neighbour)
    for path in ("", "app/", "app/remove/", "codes/", "codes/new/", "passkey/", "again/"):
        visit(f"factors/{path}")
    visit("factors/again/", {"code": "x"})
    visit("factors/codes/new/", {})
    visit("factors/app/remove/", {})
    assert codes
    return found


def pages(client, c, language):
    """`{name: answer}` of every visit, every refused entry, and the operator's admin."""
    found, wrong = {}, entries_to_refuse(c)
    for who, paths in visits(c).items():
        cache.clear()  # the rate limits of the door
        client.logout()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        if who:
            client.force_login(who, settings.AUTHENTICATION_BACKENDS[0])
        for path in paths:
            found[f"{who} {path}"] = client.get(path if path.startswith("/") else f"/account/{path}", follow=True)
        for path, form in wrong.get(who, []):
            path = path if path.startswith("/") else f"/account/{path}"
            found[f"{who} POST {path} {sorted(form)}"] = client.post(path, form, follow=True)
        if who == c.operator:
            found |= {f"{who} {path}": answer for path, answer in admin_pages(client).items()}
    cache.clear()
    found |= factors(client, c, language)
    assert len(found) > 80
    return found


@pytest.fixture
def talk(people):
    """The cast with talk, and an invitation."""
    say(people.shared, people.member, "1")
    say(people.closed, people.colleague, "2")
    people.token = Invitation.objects.issue(people.administrator, people.fukaya, "new@city.fukaya.example")[1]
    return people


def in_latin(c):
    """Takes the Japanese out of everything people wrote, so that what is left of it on a page is the interface's."""
    for model, field in [(Person, "name"), (Organization, "name"), (Organization, "label"), (Department, "name"), (Room, "name")]:
        for row in model.objects.all():
            model.objects.filter(pk=row.pk).update(**{field: f"kanaria {model.__name__} {row.pk}"})
    Person.objects.update(kana="kanaria")
    Message.objects.update(badge="kanaria")
    Room.objects.update(topic="kanaria")
    Organization.objects.update(prefecture="kanaria")
    RoomRequest.objects.update(note="kanaria")
    Verification.objects.update(reason="kanaria")
    for each in vars(c).values():
        if isinstance(each, Person | Organization):
            each.refresh_from_db()


def told(client, c, language):
    """`{page or subject: [word, …]}` of every page and letter in a language."""
    found = {}
    for name, answer in pages(client, c, language).items():
        markup = answer.content.decode()
        assert "<html" not in markup or f'<html lang="{language}"' in markup, name
        found[name] = Words(markup).found
    with translation.override(language):
        write_letters(c)
    found |= {f"letter {n}": [letter.subject, letter.body] for n, letter in enumerate(mail.outbox)}
    assert len(mail.outbox) >= 22
    return found


def write_letters(c):
    """Those that nobody has been sent yet."""
    letters.invited(Invitation.objects.get(), c.token)
    letters.confirmed(c.member.affiliations.get())
    letters.declined(c.pending, c.fukaya)
    letters.registered(c.member.affiliations.get())
    letters.signed_out(c.member, c.fukaya)
    letters.new_browser(c.member, timezone.now(), "192.0.2.1", "")
    for change in CHANGES:
        letters.factor_changed(c.member, change)
    given = {"person": c.member, "organization": c.fukaya, "by": c.administrator, "witness": c.colleague}
    letters.reset_asked(FactorReset.objects.create(**given, reason="x"))
    for outcome in FactorReset.Outcome:
        letters.reset_closed(FactorReset(**given, reason="x", outcome=outcome))


def test_english_pages_and_letters_hold_no_japanese_word(client, talk):
    in_latin(talk)
    words = told(client, talk, "en")
    left = {name: [each for each in said if JAPANESE.search(NAMES.sub("", each))] for name, said in words.items()}
    assert {name: said for name, said in left.items() if said} == {}


def test_japanese_pages_and_letters_hold_no_english_word(client, talk):
    words = told(client, talk, "ja")
    left = {name: [each for each in said if LATIN.search(FOREIGN.sub("", each))] for name, said in words.items()}
    assert {name: said for name, said in left.items() if said} == {}


def test_the_browser_chooses_the_language(client, db):
    assert "Sign in" in client.get("/account/login/", headers={"accept-language": "en-GB,en"}).content.decode()
    assert "ログインする" in client.get("/account/login/", headers={"accept-language": "fr"}).content.decode()
