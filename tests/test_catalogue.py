"""The English catalogue is complete and true to the Japanese, and no page mixes the two languages.

The sources are read in Python, so that only whoever adds words needs the gettext tools (Debian's `gettext`):
`manage.py makemessages -l en --no-location --no-obsolete -i .venv -i var -i tests`, the English, `manage.py compilemessages`.
"""
import ast
import gettext
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation
from django.utils.translation.template import templatize

from accounts import letters
from accounts.admin import site
from accounts.models import Department, Invitation, Organization, Person, Verification
from chat.models import Message, Room, RoomRequest

from .cast import PASSWORD, say

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale/en/LC_MESSAGES/django.po"
APPS = ["accounts", "chat", "communities", "academia", "config"]
CONTENT = {"demo", "data", "migrations", "management"}  # not the interface
CALLS = {"_": "", "gettext": "", "gettext_lazy": "", "ngettext": "n", "ngettext_lazy": "n", "pgettext": "p",
         "pgettext_lazy": "p", "npgettext": "np", "npgettext_lazy": "np"}
JAPANESE = re.compile(r"[ぁ-ヺ一-鿿]")
NAMES = re.compile(r"日本語|縁側")  # of the other language, and of the house
LATIN = re.compile(r"[A-Za-z]{2,}")
# Latin that is right on a Japanese page.
FOREIGN = re.compile(r"Engawa|English|Ctrl\+Enter|KiB|ICT|ID|\{\w+\}|\S*@\S*|[\w.]+\.example|https?://\S+")
LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
HOLES = re.compile(r"%\(\w+\)[sd]|\{\w+\}|<[^>]+>")


def called(node):
    """`(context, msgid, plural)` of a call of gettext with literal words, else None."""
    name = getattr(node.func, "id", getattr(node.func, "attr", None))
    words = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if name not in CALLS or not words:
        return None
    context = words.pop(0) if "p" in CALLS[name] else None
    return context, words[0], words[1] if "n" in CALLS[name] else None


def modules():
    """Our own Python files that hold interface words, as syntax trees by name."""
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if not CONTENT & set(path.relative_to(ROOT).parts):
                yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def templates():
    """Name and text of every template."""
    paths = [path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt")]
    assert len(paths) > 50
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in paths}


def wanted():
    """Every `(context, msgid, plural)` in the sources."""
    calls = [node for _name, tree in modules() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    call = re.compile(rf"""\b(?:np|n|p)?gettext\({LITERAL}(?:, ?(?:{LITERAL}|\w+))*\)|\b_\({LITERAL}\)""")
    for text in templates().values():
        calls += [ast.parse(found[0], mode="eval").body for found in call.finditer(templatize(text))]
    return {found for found in map(called, calls) if found}


def entries():
    """`{(context, msgid, plural): [translation, …]}` of the .po without its header."""
    found = {}
    for block in PO.read_text().split("\n\n")[1:]:
        fields, field = {}, None
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                field, line = line.split(" ", 1)
            fields[field] = fields.get(field, "") + ast.literal_eval(line)
        key = fields.pop("msgctxt", None), fields.pop("msgid"), fields.pop("msgid_plural", None)
        assert key not in found
        found[key] = list(fields.values())
    return found


def test_every_word_of_the_sources_is_translated_and_no_other():
    words = entries()
    assert len(words) > 400
    assert {key for key in words if not all(words[key])} == set()
    assert wanted() - set(words) == set()
    assert set(words) - wanted() == set()


def test_nothing_is_fuzzy_obsolete_or_still_japanese():
    assert not re.search(r"^#(,.*fuzzy|~)", PO.read_text(), re.MULTILINE)
    assert not [each for translations in entries().values() for each in translations if JAPANESE.search(each)]


def test_the_compiled_catalogue_says_the_same():
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    expected = {}
    for (context, msgid, plural), translations in entries().items():
        key = f"{context}\x04{msgid}" if context else msgid
        expected |= {(key, n): each for n, each in enumerate(translations)} if plural else {key: translations[0]}
    compiled.pop("")
    assert compiled == expected


def test_placeholders_and_markup_survive():
    for (_context, msgid, plural), translations in entries().items():
        assert len(translations) == (2 if plural else 1), msgid
        for each in translations:
            assert Counter(HOLES.findall(each)) == Counter(HOLES.findall(msgid)), msgid


def test_no_template_holds_a_bare_word():
    marked = re.compile(r"{% blocktranslate.*?endblocktranslate %}|{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
    bare = {name: JAPANESE.findall(NAMES.sub("", marked.sub("", text))) for name, text in templates().items()}
    assert {name: words for name, words in bare.items() if words} == {}


def test_no_module_holds_a_bare_word():
    bare = []
    for name, tree in modules():
        said = {id(leaf) for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) for leaf in ast.walk(node)}
        said |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        bare += [
            f"{name}:{node.lineno} {node.value}" for node in ast.walk(tree) if isinstance(node, ast.Constant)
            and isinstance(node.value, str) and JAPANESE.search(NAMES.sub("", node.value)) and id(node) not in said
        ]
    assert not bare


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
                   f"/chat/rooms/{c.department_room.pk}/people/", "me/", "password/change/", "logout/", "/nothing/", "/admin/"],
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
    assert len(found) > 60
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
    assert len(mail.outbox) >= 7
    return found


def write_letters(c):
    """Those that nobody has been sent yet."""
    letters.invited(Invitation.objects.get(), c.token)
    letters.confirmed(c.member.affiliations.get())
    letters.declined(c.pending, c.fukaya)
    letters.registered(c.member.affiliations.get())


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
