"""Signing in with a second factor, setting it up, taking it away, and how it is kept."""
import json
import re
import threading

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.factors import FactorAdapter
from accounts.models import Mail
from tests.cast import cast
from tests.factors import Passkey, again, asks, give_app, inside, number, sign_in

STEP, INDEX, APP = "mfa_authenticate", "mfa_index", "mfa_activate_totp"


def test_a_password_alone_opens_nothing_to_somebody_with_a_factor(client, people):
    secret, _codes = give_app(people.member)
    assert sign_in(client, people.member).url == reverse(STEP)
    assert not inside(client) and client.get(reverse("chat:index")).status_code == 302
    assert client.post(reverse(STEP), {"code": "000000" if number(secret) != "000000" else "111111"}).status_code == 200
    assert not inside(client)
    assert client.post(reverse(STEP), {"code": number(secret)}).url == "/"
    assert inside(client) and client.get(reverse("chat:index")).status_code == 200


def test_the_second_step_is_nothing_without_the_first(client, people):
    secret, _codes = give_app(people.member)
    assert client.post(reverse(STEP), {"code": number(secret)}).url == reverse("account_login")
    assert not inside(client)


def test_another_persons_number_opens_nothing(client, people):
    give_app(people.member)
    theirs, codes = give_app(people.colleague)
    sign_in(client, people.member)
    for code in (number(theirs), codes[0]):
        client.post(reverse(STEP), {"code": code})
    assert not inside(client)


def test_whoever_stops_halfway_may_begin_again_as_somebody_else(client, people):
    give_app(people.member)
    sign_in(client, people.member)
    client.post(reverse("account_logout"))
    assert sign_in(client, people.colleague).url == "/" and inside(client)


@pytest.mark.parametrize("typed", [
    lambda code: code.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)}),
    lambda code: f" {code[:3]} {code[3:]} ", lambda code: f"{code[:3]}　{code[3:]}",
])
def test_a_number_is_taken_as_an_ime_types_it(client, people, typed):
    secret, _codes = give_app(people.member)
    sign_in(client, people.member)
    assert client.post(reverse(STEP), {"code": typed(number(secret))}).url == "/"


@pytest.mark.parametrize("steps, opens", [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_wrong_and_no_more(client, people, steps, opens):
    secret, _codes = give_app(people.member)
    sign_in(client, people.member)
    client.post(reverse(STEP), {"code": number(secret, steps)})
    assert inside(client) == opens


def test_a_number_opens_once(client, people, monkeypatch):
    monkeypatch.setattr(TOTP, "_mark_code_used", lambda self, code: True)  # allauth forgets it after one step of three
    secret, _codes = give_app(people.member)
    code = number(secret)
    sign_in(client, people.member)
    client.post(reverse(STEP), {"code": code})
    other = Client()
    sign_in(other, people.member)
    other.post(reverse(STEP), {"code": code})
    assert inside(client) and not inside(other)


def test_a_code_in_reserve_opens_once_and_the_next_still_does(client, people):
    _secret, codes = give_app(people.member)
    for code, opens in [(codes[3], True), (codes[3], False), (codes[4], True)]:
        cache.clear()
        visitor = Client()
        sign_in(visitor, people.member)
        visitor.post(reverse(STEP), {"code": code})
        assert inside(visitor) == opens


def test_guessing_one_persons_second_step_becomes_slow_from_wherever_one_guesses(people):
    secret, codes = give_app(people.member)
    for guess in range(5):
        visitor = Client(REMOTE_ADDR=f"192.0.2.{guess + 1}", HTTP_X_FORWARDED_FOR=f"198.51.100.{guess}")
        sign_in(visitor, people.member)
        visitor.post(reverse(STEP), {"code": f"{guess}" * 7})
    last = Client(REMOTE_ADDR="192.0.2.99")
    sign_in(last, people.member)
    for code in (number(secret), codes[0]):
        assert "しばらく入れません" in last.post(reverse(STEP), {"code": code}).content.decode()
    assert not inside(last)
    theirs, _codes = give_app(people.colleague)
    other = Client(REMOTE_ADDR="192.0.2.99")
    sign_in(other, people.colleague)
    assert other.post(reverse(STEP), {"code": number(theirs)}).url == "/", "nobody else waits"


def test_a_session_from_before_stays_and_a_new_sign_in_needs_the_factor(client, people):
    sign_in(client, people.member)
    give_app(people.member)
    assert client.get(reverse("chat:index")).status_code == 200
    later = Client()
    assert sign_in(later, people.member).url == reverse(STEP) and not inside(later)


@pytest.mark.django_db(transaction=True)
def test_one_code_in_reserve_by_two_at_once_opens_one():
    people = cast()
    _secret, codes = give_app(people.member)
    visitors, start = [Client(), Client()], threading.Barrier(2)
    for visitor in visitors:
        sign_in(visitor, people.member)

    def use(visitor):
        start.wait()
        visitor.post(reverse(STEP), {"code": codes[0]})
        connection.close()

    threads = [threading.Thread(target=use, args=[visitor]) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(inside(visitor) for visitor in visitors) == [False, True]
    kept = Authenticator.objects.get(user=people.member, type="recovery_codes")
    assert RecoveryCodes(kept).get_unused_codes() == codes[1:]


# -- setting up and taking away ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [
    APP, "mfa_add_webauthn", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
])
def test_nothing_changes_before_the_person_is_proven_again(client, people, name):
    if name != APP:
        give_app(people.member)
    before = list(Authenticator.objects.values_list("type", "data"))
    client.force_login(people.member)
    answers = [client.get(reverse(name)), client.post(reverse(name), {"code": "000000", "credential": "{}"})]
    for answer in [answer for answer in answers if answer.status_code != 405]:
        assert answer.status_code == 302 and answer.url.startswith(reverse("account_reauthenticate"))
    assert list(Authenticator.objects.values_list("type", "data")) == before


def test_the_first_number_sets_an_app_up_is_used_up_and_a_letter_says_so(people, django_capture_on_commit_callbacks):
    client = again(Client(), people.member)
    page = client.get(reverse(APP))
    secret = page.context["form"].secret
    assert '<svg class="qr"' in page.content.decode() and not re.search(r"\sstyle=|<style|data:", page.content.decode())
    assert client.post(reverse(APP), {"code": "12345"}).status_code == 200
    code = number(secret)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse(APP), {"code": code})
    assert {row.type for row in Authenticator.objects.filter(user=people.member)} == {"totp", "recovery_codes"}
    assert "認証アプリを登録しました" in Mail.objects.get(recipient=people.member.email).body
    visitor = Client()
    sign_in(visitor, people.member)
    visitor.post(reverse(STEP), {"code": code})
    assert not inside(visitor)


def test_codes_in_reserve_are_shown_once_and_made_anew(people, django_capture_on_commit_callbacks):
    _secret, codes = give_app(people.member)
    client = again(Client(), people.member)

    def shown():
        text = client.get(reverse("mfa_view_recovery_codes")).content.decode()
        return [code for code in codes if f"{code[:4]} {code[4:]}" in text]

    assert shown() == codes and shown() == []
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("mfa_generate_recovery_codes")).url == reverse("mfa_view_recovery_codes")
    assert "作り直しました" in Mail.objects.get(recipient=people.member.email).body
    anew = RecoveryCodes(Authenticator.objects.get(user=people.member, type="recovery_codes")).get_unused_codes()
    assert len(anew) == 10 and not set(anew) & set(codes)


def test_the_last_factor_stays_while_the_body_asks_for_it(people):
    give_app(people.member)
    client = again(Client(), people.member)
    key = Passkey()
    key.register(client)
    row = Authenticator.objects.get(user=people.member, type="webauthn")
    remove_key = reverse("mfa_remove_webauthn", args=[row.pk])
    asks(people.fukaya)
    assert client.post(reverse("mfa_deactivate_totp")).url == reverse(INDEX), "with a passkey the app may go"
    assert client.post(remove_key).url == reverse(INDEX)
    assert Authenticator.objects.filter(pk=row.pk).exists()
    assert "最後の一つは外せません" in client.get(reverse(INDEX)).content.decode()
    asks(people.fukaya, 1)
    client.post(remove_key)
    assert not Authenticator.objects.filter(user=people.member).exists(), "the codes go with the last factor"
    assert Mail.objects.filter(recipient=people.member.email, body__contains="外しました").count() == 2


def test_the_app_stays_when_it_is_the_last(people):
    give_app(people.member)
    asks(people.fukaya)
    client = again(Client(), people.member)
    for answer in (client.get(reverse("mfa_deactivate_totp")), client.post(reverse("mfa_deactivate_totp"))):
        assert "最後の一つは外せません" in answer.content.decode()
    assert people.member.factors.count() == 1


# -- at rest --------------------------------------------------------------------------------------------------------------


def test_no_secret_lies_open_in_its_row(people):
    secret, codes = give_app(people.member)
    stored = json.dumps(list(Authenticator.objects.filter(user=people.member).values_list("data", flat=True)))
    assert secret not in stored and not [code for code in codes if code in stored]
    seed = FactorAdapter().decrypt(Authenticator.objects.get(user=people.member, type="recovery_codes").data["seed"])
    assert seed not in stored


def test_a_former_key_still_opens_and_a_foreign_one_does_not(settings):
    adapter, former = FactorAdapter(), settings.SECRET_KEY
    sealed = adapter.encrypt("秘密")
    assert sealed != adapter.encrypt("秘密") and adapter.decrypt(sealed) == "秘密"
    settings.SECRET_KEY = "another-key-" * 5
    with pytest.raises(InvalidToken):
        adapter.decrypt(sealed)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert adapter.decrypt(sealed) == "秘密"
