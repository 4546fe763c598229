"""Absurd numbers and hostile words in every address, every query and every form: a clear refusal, never a failure."""
import os
import re
from urllib.parse import quote

import pytest
from django.db import transaction
from django.urls import reverse

from .knock import opened
from .routes import routes

pytestmark = pytest.mark.django_db

NUMBERS = ["0", "-1", "007", "9" * 18, "9" * 19, "9" * 5000, "１", "%00", "%F0%9F"]
WORDS = ["\0", "9" * 30, "'\"<>%\\\u202e", "🏯" * 1000]
# Half of them every day; all with ENGAWA_TIER=ci, as in .ci/run.
if os.environ.get("ENGAWA_TIER", "short") == "short":
    NUMBERS, WORDS = ["-1", "9" * 19, "１", "%00"], ["\0", "'\"<>%\\\u202e"]
FILTERS = ["kind__exact", "is_active__exact", "is_contact__exact", "prefecture", "method__exact"]
QUERIES = {
    "chat:": ["after", "before", "current", "department", "q"], "accounts:staff": ["q", "department", "state", "page"],
    "account_login": ["next"], "accounts:invitation": ["next"], "accounts:language": ["next", "language"],
    "_changelist": ["q", "o", "p", "all", "e", *FILTERS],
    "_change": ["_popup", "_to_field", "_changelist_filters"], "_add": ["name", "_popup", "_to_field"],
    "admin:autocomplete": ["term", "app_label", "model_name", "field_name", "page"], "admin:login": ["next"],
}
NUMBERED = sorted(key for key, route in routes().items() if re.search(r"<(number|path):", route))
ASKED = sorted(key for key in routes() if not key.startswith("admin") or any(part in key for part in QUERIES))


def who(key):
    """The visitor who comes furthest behind this door."""
    return "operator" if key.startswith("admin") else "administrator" if key.startswith("accounts:") else "member"


@pytest.fixture(scope="module")
def knocker(django_db_setup, django_db_blocker):
    """One house for all of these."""
    with opened(django_db_blocker) as made:
        yield made


@pytest.mark.parametrize("key", NUMBERED)
def test_an_absurd_number_is_a_page_that_never_was(knocker, key):
    path = "/" + re.sub(r"\^|\$", "", routes()[key])
    with knocker.row():
        for number in NUMBERS:
            url = re.sub(r"<\w+:\w+>", number, path)
            for method in ("GET", "POST"):
                reply = knocker.ask(who(key), method, url)
                if path.startswith("/admin"):  # whose ids are any digits: ００１ is 1
                    assert reply.outcome[0] != "5", (method, number)
                else:
                    assert reply.outcome in ("404", "405", "anew"), (method, number)


@pytest.mark.parametrize("key", ASKED)
def test_a_query_never_fails(knocker, key):
    names = [name for part, names in QUERIES.items() if part in key for name in names] or ["q"]
    path = knocker.url(key).partition("?")[0]
    with transaction.atomic():
        for word in WORDS:
            given = [f"{name}={quote(word)}" for name in names if word != "\0" or name not in FILTERS]  # those below
            for query in ["&".join(given), *(given if "list" in key or word == "\0" else [])]:
                reply = knocker.ask(who(key), "GET", f"{path}?{query}")
                assert reply.outcome[0] != "5", (query[:60])
        transaction.set_rollback(True)


FIELDS = ["name", "topic", "title", "note", "q", "reason", "kana", "body", "id", "audience", "number", "affiliation", "history"]
FIELDS += ["email", "login", "password", "department", "on", "theme", "language", "next", "action", "_selected_action"]
FIELDS += ["oldpassword", "password1", "password2"]
FIELDS += ["label", "code", "kind", "prefecture", "population", "order", "is_administrator", "index"]


@pytest.mark.parametrize("key", ASKED)
def test_a_form_never_fails(knocker, key):
    """Every field at once, then the proper form with one field after another made hostile."""
    proper = knocker.forms.get(key, {})
    forms = [dict.fromkeys([*FIELDS, *proper], word) for word in WORDS]
    forms += [{**proper, name: word} for name in proper for word in WORDS[: len(WORDS) // 2]]
    for form in forms:
        with transaction.atomic():
            reply = knocker.knock(who(key), "POST", key, form=form)
            transaction.set_rollback(True)
        assert reply.outcome[0] != "5", {name: str(value)[:20] for name, value in form.items()}


@pytest.mark.parametrize(("key", "field"), [
    ("admin:accounts_organization_changelist", "kind__exact"), ("admin:accounts_verification_changelist", "method__exact"),
    ("admin:chat_room_changelist", "kind__exact"),
])
def test_the_admins_filters_refuse_nul(knocker, key, field):
    assert knocker.ask("operator", "GET", f"{knocker.url(key)}?{field}=%00").outcome == "400"


@pytest.mark.parametrize(("key", "field"), [
    ("admin:accounts_department_add", "organization"), ("admin:accounts_department_change", "parent"),
    ("admin:accounts_organization_add", "parent"), ("admin:accounts_person_add", "organization"),
])
def test_the_admins_pickers_refuse_what_is_no_number(knocker, key, field):
    for word in ("x", "٣", "-1", "1e3"):
        assert knocker.knock("operator", "POST", key, form={field: word}).outcome == "200"


def test_the_fields_above_are_the_forms_own(knocker):
    assert {name for form in knocker.forms.values() for name in form if not name.startswith("confirm-")} <= set(FIELDS)
    assert reverse("home") == "/"
