"""Passkeys: they sign in alone, and only whose they are."""
import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from tests.cast import fresh
from tests.factors import Passkey, again, give_app, inside, sign_in

STEP, INDEX = "mfa_authenticate", "mfa_index"


def test_a_passkey_signs_in_alone(people):
    key = Passkey()
    answer = key.register(again(Client(), people.member), "庁舎のPC")
    assert answer.url == reverse("mfa_view_recovery_codes")
    client = Client()
    assert key.sign_in(client).url == "/" and inside(client)
    assert client.get(reverse("chat:index")).status_code == 200


@pytest.mark.parametrize("lie", [
    {"verified": False}, {"origin": "https://evil.example"}, {"origin": "http://127.0.0.1:8000"}, {"host": "evil.example"},
    {"handle": b"1"}, {"handle": b""}, {"handle": b"\xff"},
])
def test_a_passkey_that_lies_opens_nothing(people, lie):
    key = Passkey()
    key.register(again(Client(), people.member))
    client = Client()
    assert key.sign_in(client, **lie).url == reverse("account_login")
    assert not inside(client)
    assert "このパスキーでは確かめられませんでした" in client.get(reverse("account_login")).content.decode()


def test_a_passkey_opens_neither_another_persons_login_nor_their_second_step(people):
    mine, theirs = Passkey(), Passkey()
    mine.register(again(Client(), people.member))
    theirs.register(again(Client(), people.colleague))
    client = Client()
    mine.sign_in(client, handle=theirs.handle)
    assert not inside(client)
    sign_in(client, people.colleague)
    options = client.get(reverse(STEP)).context["js_data"]["request_options"]["publicKey"]
    client.post(reverse(STEP), {"credential": mine.proved(options)})
    assert not inside(client)
    options = client.get(reverse(STEP)).context["js_data"]["request_options"]["publicKey"]
    client.post(reverse(STEP), {"credential": theirs.proved(options)})
    assert inside(client)


def test_an_answer_of_a_passkey_opens_once(people):
    key = Passkey()
    key.register(again(Client(), people.member))
    client, page = Client(), reverse("mfa_login_webauthn")
    options = client.get(page, headers={"X-Requested-With": "XMLHttpRequest"}).json()["request_options"]["publicKey"]
    heard = key.proved(options)
    assert client.post(page, {"credential": heard}).url == "/"
    other = Client()
    other.get(page, headers={"X-Requested-With": "XMLHttpRequest"})
    other.post(page, {"credential": heard})
    assert not inside(other)


def test_a_passkey_without_its_person_is_not_taken(people):
    client = again(Client(), people.member)
    for lie in ({"verified": False}, {"origin": "https://evil.example"}, {"host": "evil.example"}):
        options = client.get(reverse("mfa_add_webauthn")).context["options"]["publicKey"]
        assert (options["rp"]["id"], options["authenticatorSelection"]["residentKey"]) == ("localhost", "required")
        answer = client.post(reverse("mfa_add_webauthn"), {"name": "電話", "credential": Passkey().made(options, **lie)})
        assert answer.status_code == 200 and not people.member.factors.exists()


ABSURD = [
    "", "x", "null", "1", "[]", '"x"', "{}", "[" * 9_000, "9" * 9_000, '{"id": 1}',
    '{"id": "\\u0000", "rawId": "a", "response": {}}',
    '{"id": "a", "rawId": "a", "type": "public-key", "response": {"userHandle": "%s"}}' % ("A" * 200),
    '{"id":"a","rawId":"a","type":"public-key","response":{"clientDataJSON":"a","attestationObject":"a","userHandle":5}}',
    json.dumps({"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {
        "clientDataJSON": "e30", "attestationObject": "oA", "authenticatorData": "AA", "signature": "AA", "userHandle": "MQ"}}),
    json.dumps({"id": "\ud800", "rawId": "\ud800", "type": "public-key", "response": {"clientDataJSON": "\ud800"}}), "x" * 70_000,
]


@pytest.mark.parametrize("credential", ABSURD)
def test_an_absurd_answer_is_refused_and_fails_nothing(people, credential):
    client = again(Client(), people.member)
    give_app(people.member)
    Passkey().register(client)
    visitor, half = Client(), Client()
    sign_in(half, people.member)
    for who, name in [(client, "mfa_add_webauthn"), (client, "mfa_reauthenticate_webauthn"), (half, STEP)]:
        who.get(reverse(name))
        assert who.post(reverse(name), {"name": "電話", "credential": credential}).status_code == 200, name
    visitor.get(reverse("mfa_login_webauthn"), headers={"X-Requested-With": "XMLHttpRequest"})
    assert visitor.post(reverse("mfa_login_webauthn"), {"credential": credential}).url == reverse("account_login")
    assert not inside(half) and not inside(visitor) and people.member.factors.count() == 2


def test_a_passkey_has_a_name_and_only_its_owner_touches_it(people):
    client = again(Client(), people.member)
    Passkey().register(client, "庁舎のPC")
    row = Authenticator.objects.get(user=people.member, type="webauthn")
    rename, remove = (reverse(f"mfa_{deed}_webauthn", args=[row.pk]) for deed in ("edit", "remove"))
    assert client.post(rename, {"name": "私物の\u202e電話"}).status_code == 200
    assert client.post(rename, {"name": "私物の電話"}).url == reverse(INDEX)
    assert "私物の電話" in client.get(reverse(INDEX)).content.decode()
    stranger = again(Client(), people.colleague)
    for address in (rename, remove):
        assert stranger.get(address).status_code == stranger.post(address, {"name": "x"}).status_code == 404
    assert Authenticator.objects.get(pk=row.pk).wrap().name == "私物の電話"


def test_somebody_out_of_use_does_not_come_in_by_a_passkey(people):
    key = Passkey()
    key.register(again(Client(), people.member))
    fresh(people.member).deactivate()
    client = Client()
    key.sign_in(client)
    assert not inside(client)
