"""Guessing becomes slow, for one person from one address, and no header a client writes lifts that."""
import itertools
import re

import pytest
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache, caches
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import Mail, Session
from tests.cast import PASSWORD

FORGERIES = {
    "none": lambda n: None, "one": lambda n: "203.0.113.9", "rotating": lambda n: f"203.0.113.{n}",
    "many": lambda n: ", ".join(f"198.51.100.{n + k}" for k in range(5)), "malformed": lambda n: f"no address {n}, \0,,[::",
    "empty parts": lambda n: "," * (n % 4), "IPv6": lambda n: f"2001:db8::{n}", "with a port": lambda n: f"203.0.113.{n}:{n}",
}


def attempts(person, count, header, proxies=0, password="a-guess-of-mine-7"):
    """That many sign-ins by as many clients, each forging in its way; yields the answers' words."""
    for n in range(count):
        forged = header(n)
        if proxies:  # the proxy appends where the request really came from
            forged = ", ".join(filter(None, [forged, "10.1.1.1"]))
        headers = {"x-forwarded-for": forged, "x-real-ip": f"203.0.113.{n}", "forwarded": f"for=203.0.113.{n}"} if forged else {}
        form = {"login": person.email, "password": password}
        yield Client().post(reverse("account_login"), form, headers=headers)


def slowed(answers):
    """How many of the answers said to wait."""
    return sum("しばらく入れません" in answer.content.decode() for answer in answers)


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_header_lifts_nothing(people, forgery, proxies, monkeypatch):
    monkeypatch.setattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", proxies)
    assert slowed(attempts(people.member, 6, FORGERIES[forgery], proxies)) == 1
    [right] = attempts(people.member, 1, FORGERIES[forgery], proxies, PASSWORD)
    assert right.status_code == 200 and not Session.objects.filter(person=people.member).exists()


@pytest.mark.parametrize(("proxies", "header", "address"), [
    (0, None, "127.0.0.1"), (0, "203.0.113.7", "127.0.0.1"), (1, None, "127.0.0.1"), (1, "10.1.1.1", "10.1.1.1"),
    (1, "203.0.113.7, 10.1.1.1", "10.1.1.1"), (2, "203.0.113.7, 10.1.1.1, 10.2.2.2", "10.1.1.1"), (2, "10.2.2.2", "127.0.0.1"),
    (1, "203.0.113.7, nonsense", "127.0.0.1"), (1, "203.0.113.7,", "127.0.0.1"), (1, "[2001:db8::7]:443", "2001:db8::7"),
])
def test_the_address_is_the_one_the_trusted_proxies_name(people, proxies, header, address, monkeypatch):
    monkeypatch.setattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", proxies)
    headers = {"x-forwarded-for": header} if header is not None else {}
    client = Client(headers=headers)
    client.post(reverse("account_login"), {"login": people.member.email, "password": PASSWORD})
    assert Session.objects.get(person=people.member).address == address
    assert get_adapter().get_client_ip(RequestFactory(headers=headers).get("/")) == address


def test_a_request_from_nowhere_is_counted_with_all_such(people):
    assert get_adapter().get_client_ip(RequestFactory().get("/", REMOTE_ADDR="")) == "0.0.0.0"


def test_the_host_header_lifts_nothing(people):
    form = {"login": people.member.email, "password": "a-guess-of-mine-7"}
    hosts = itertools.cycle(["localhost", "127.0.0.1"])
    answers = [Client().post(reverse("account_login"), form, headers={"host": next(hosts)}) for _ in range(6)]
    assert slowed(answers) == 1


def test_a_person_guessed_at_from_afar_still_comes_in_at_their_desk(people):
    for answer in attempts(people.member, 7, FORGERIES["none"]):
        assert answer.status_code == 200
    elsewhere = Client(REMOTE_ADDR="10.9.9.9")
    assert elsewhere.post(reverse("account_login"), {"login": people.member.email, "password": PASSWORD}).status_code == 302


def test_many_addresses_together_guess_no_more_than_a_hundred_an_hour(people, monkeypatch):
    monkeypatch.setitem(settings.ACCOUNT_RATE_LIMITS, "login_failed_anywhere", "6/h/key")
    form = {"login": people.member.email, "password": "a-guess-of-mine-7"}
    answers = [Client(REMOTE_ADDR=f"10.9.9.{n}").post(reverse("account_login"), form) for n in range(8)]
    assert slowed(answers) == 2
    assert settings.ACCOUNT_RATE_LIMITS["login_failed"].endswith("5/5m/key")


def test_right_passwords_use_up_nothing(people):
    for _ in range(8):
        client = Client()
        assert client.post(reverse("account_login"), {"login": people.member.email, "password": PASSWORD}).status_code == 302


def too_many(send):
    """Sends until it is refused; returns how many went through and the refusal."""
    for count in range(20):
        answer = send()
        if answer.status_code == 429:
            return count, answer
    raise AssertionError("never refused")


LIMITED = {
    "login": lambda c, p: c.post(reverse("account_login"), {}),
    "signup": lambda c, p: c.post(reverse("account_signup"), {}),
    "reset_password": lambda c, p: c.post(reverse("account_reset_password"), {"email": p.member.email}),
    "reset_password_from_key": lambda c, p: c.post(reverse("account_reset_password_from_key", args=["1", "x-y"]), {}),
    "invitation": lambda c, p: c.get(reverse("accounts:invitation", args=["no-such-token"])),
    "change_password": lambda c, p: c.post(reverse("account_change_password"), {"oldpassword": "x"}),
    "reauthenticate": lambda c, p: c.post(reverse("account_reauthenticate"), {"password": "x"}),
}


@pytest.mark.parametrize("deed", LIMITED)
def test_each_deed_has_its_limit_and_a_calm_page(people, deed, monkeypatch):
    limits = re.sub(r"(^|,)\d+/", r"\g<1>3/", settings.ACCOUNT_RATE_LIMITS[deed])  # as in the settings, but three
    monkeypatch.setitem(settings.ACCOUNT_RATE_LIMITS, deed, limits)
    client, forged = Client(), itertools.count(1)
    if deed in ("change_password", "reauthenticate"):
        client.force_login(people.member)

    def send():
        client.defaults["HTTP_X_FORWARDED_FOR"] = f"203.0.113.{next(forged)}"
        return LIMITED[deed](client, people)

    count, refusal = too_many(send)
    page = refusal.content.decode()
    assert count == 3
    assert "しばらく待ってください" in page and "engawa.css" in page and "429" not in page


def test_the_password_beside_the_link_of_a_letter_is_not_guessed_without_end(people, client):
    form = {"email": "shinjin@city.fukaya.example", "name": "新人 一", "kana": "しんじん はじめ"}
    client.post(reverse("account_signup"), form | {"password1": PASSWORD, "password2": PASSWORD})
    path = next(word for word in Mail.objects.get().body.split() if "/confirm-email/" in word).partition("//")[2].partition("/")[2]
    count, _refusal = too_many(lambda: client.post(f"/{path}", {"password": "a-guess-of-mine-7"}))
    assert count == 10


def test_guesses_at_others_do_not_push_out_the_count(people):
    """The embedded profile's cache: at Django's default of 300 entries an attacker would make room himself."""
    for answer in attempts(people.member, 5, FORGERIES["none"]):
        assert answer.status_code == 200
    if hasattr(cache, "_max_entries"):
        for n in range(2_000):
            cache.set(f"another-{n}", n)
    assert slowed(attempts(people.member, 1, FORGERIES["none"])) == 1


def test_without_its_cache_the_house_lets_nobody_in_by_password(people, settings):
    """Fails closed: who cannot count guesses takes none. Sessions that stand need no cache and go on."""
    client = Client()
    client.force_login(people.member)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}}
    assert caches["default"].__class__.__name__ == "RedisCache"
    stranger = Client(raise_request_exception=False)
    answer = stranger.post(reverse("account_login"), {"login": people.member.email, "password": PASSWORD})
    assert answer.status_code == 500 and "_auth_user_id" not in stranger.session
    assert client.get(reverse("accounts:me")).status_code == 200
