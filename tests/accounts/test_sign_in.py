"""Signing in, registering by oneself, waiting, and being confirmed or declined."""
import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from accounts.models import Affiliation, Mail, Person
from tests.cast import PASSWORD, fresh, person

ANSWERS = {
    "email": "shinjin@city.fukaya.example", "name": "葛\U000e0100城 一", "kana": "かつらぎ はじめ",
    "password1": PASSWORD, "password2": PASSWORD,
}


def link(mail):
    """The path of the first link in a letter."""
    return re.search(r"https?://[^/]+(/\S+)", mail.body)[1]


def register(client, **changes):
    return client.post(reverse("account_signup"), ANSWERS | changes)


def confirm_address(client, password=PASSWORD):
    return client.post(link(Mail.objects.order_by("pk").last()), {"password": password})


def sign_in(client, address, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": address, "password": password})


def test_the_door_opens_by_address_and_password(client, people):
    assert client.get(reverse("chat:index")).url.startswith(reverse("account_login"))
    answer = sign_in(client, "Takahashi@City.Fukaya.Example")
    assert answer.status_code == 302 and answer.url == "/"
    assert client.get(reverse("chat:index")).status_code == 200


def test_a_wrong_password_and_an_unknown_address_look_the_same(client, people):
    def shown(address):
        body = sign_in(client, address, "not-the-password").content.decode().replace(address, "")
        return re.sub(r"csrf[^>]*>|x-csrftoken[^>]*>", "", body)

    assert "アドレスかパスワードが違います。もう一度入れてください。" in shown(people.member.email)
    assert shown(people.member.email) == shown("nobody@city.fukaya.example")


def test_guessing_one_persons_password_becomes_slow(client, people):
    for _ in range(5):
        sign_in(client, people.member.email, "a-guess-of-mine")
    assert "しばらく入れません" in sign_in(client, people.member.email).content.decode()
    assert "_auth_user_id" not in client.session
    assert sign_in(client, people.colleague.email).status_code == 302


def test_a_deactivated_person_does_not_come_in(client, people):
    people.member.deactivate()
    sign_in(client, people.member.email)
    assert "_auth_user_id" not in client.session


def test_registering_waits_for_the_address_and_then_for_the_body(client, people):
    assert register(client).url == reverse("account_email_verification_sent")
    newcomer = Person.objects.get(email=ANSWERS["email"])
    assert (newcomer.name, newcomer.kana) == (ANSWERS["name"], ANSWERS["kana"])
    affiliation = newcomer.affiliations.get()
    assert affiliation.organization == people.fukaya and affiliation not in Affiliation.objects.pending(), "nor listed yet"
    assert not newcomer.standings
    assert "_auth_user_id" not in client.session

    letter = Mail.objects.get(recipient=ANSWERS["email"])
    assert ANSWERS["name"] not in letter.body, "nobody writes words of theirs into a stranger's letter"
    assert client.get(link(letter)).status_code == 200
    assert not EmailAddress.objects.get(user=newcomer).verified, "looking at the link confirms nothing"
    assert confirm_address(client).status_code == 302
    assert EmailAddress.objects.get(user=newcomer).verified
    assert client.get(reverse("chat:index")).url == reverse("accounts:pending")
    assert "深谷市の確認を待っています" in client.get(reverse("accounts:pending")).content.decode()
    assert client.get(reverse("accounts:me")).status_code == 200

    client.force_login(people.administrator)
    assert ANSWERS["email"] in client.get(reverse("accounts:staff")).content.decode()
    prefix = f"confirm-{affiliation.pk}"
    where = {f"{prefix}-department": people.ict.pk, f"{prefix}-title": "主事"}
    client.post(reverse("accounts:confirm", args=[affiliation.pk]), where)
    assert [standing.badge for standing in fresh(newcomer).standings] == ["深谷市 ICT推進室"]
    assert fresh(newcomer).affiliations.get().verification.by == people.administrator
    assert "確認しました" in Mail.objects.filter(recipient=ANSWERS["email"]).latest("pk").subject
    client.force_login(newcomer)
    assert client.get(reverse("chat:index")).status_code == 200
    assert client.get(reverse("accounts:pending")).url == reverse("chat:index")


def test_the_link_alone_confirms_nothing(client, people):
    """Somebody registered another's address: its owner, who has the letter but not that password, confirms no login."""
    register(client, password1="kari-no-aikotoba-1", password2="kari-no-aikotoba-1")
    assert confirm_address(client).status_code == 200
    assert not EmailAddress.objects.get(email=ANSWERS["email"]).verified
    assert "_auth_user_id" not in client.session


def test_a_declined_person_gets_a_letter_and_stays_outside(client, people):
    affiliation = people.pending.affiliations.get()
    client.force_login(people.administrator)
    client.post(reverse("accounts:decline", args=[affiliation.pk]))
    assert "確認しませんでした" in Mail.objects.get(recipient=people.pending.email).subject
    client.logout()
    answer = client.post("/account/login/", {"login": people.pending.email, "password": PASSWORD})
    assert answer.status_code == 200 and client.get(reverse("chat:index")).status_code == 302
    assert not Person.objects.filter(email=people.pending.email).exists(), "the address may register or be invited anew"


@pytest.mark.parametrize("address", [
    "shinjin@evilcity.fukaya.example", "shinjin@x.city.fukaya.example", "shinjin@city.fukaya.example.evil.example",
    "shin+jin@city.fukaya.example", '"a@evil"@city.fukaya.example', "shinjin@c\u0131ty.fukaya.example",
    "shinjin\uff20city.fukaya.example",
    "\u212ashinjin@city.fukaya.example", "shinjin@gmail.example", "",
])
def test_an_address_of_no_body_registers_nobody(client, people, address):
    count = Person.objects.count()
    assert register(client, email=address).status_code == 200
    assert Person.objects.count() == count and not Mail.objects.exists()


@pytest.mark.parametrize("field, value", [
    ("name", "髙橋\u200b 由佳"), ("name", "\u202e佳由"), ("kana", "たかはし\u2060"), ("name", ""), ("kana", ""),
    ("name", "髙" * 61),
    ("password1", "short"), ("password2", "something-else-2026"),
])
def test_bad_answers_register_nobody(client, people, field, value):
    count = Person.objects.count()
    assert register(client, **{field: value}).status_code == 200
    assert Person.objects.count() == count


def test_registering_a_known_address_tells_only_its_owner(client, people):
    known = register(client, email=people.member.email)
    new = register(client)
    assert (known.status_code, known.url) == (new.status_code, new.url)
    assert Person.objects.get(email=people.member.email).name == people.member.name
    assert "すでに登録" in Mail.objects.get(recipient=people.member.email).subject


def test_two_registrations_of_one_address_at_the_same_moment_are_one(client, people, monkeypatch):
    monkeypatch.setattr("allauth.account.internal.flows.manage_email.email_already_exists", lambda email: (email, False))
    answers = [register(client), register(client)]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, reverse("account_email_verification_sent"))}
    assert Person.objects.filter(email=ANSWERS["email"]).count() == 1


def test_a_forgotten_password_is_set_by_the_letter_and_looks_the_same_for_strangers(client, people):
    page = reverse("account_reset_password")
    known = client.post(page, {"email": people.member.email})
    for stranger in ("nobody@city.fukaya.example", "someone@elsewhere.example"):
        answer = client.post(page, {"email": stranger})
        assert (answer.status_code, answer.url) == (known.status_code, known.url)
    assert not Mail.objects.filter(recipient="someone@elsewhere.example").exists(), "we write to no domain nobody registered"
    form = client.get(link(Mail.objects.get(recipient=people.member.email)), follow=True)
    new = "atarashii-aikotoba-7"
    done = client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert done.url == reverse("account_reset_password_from_key_done")
    assert fresh(people.member).check_password(new)
    used = client.get(link(Mail.objects.get(recipient=people.member.email)))
    assert "このリンクは使えません" in used.content.decode()


def test_a_changed_password_ends_other_sessions(client, people):
    from django.test import Client

    elsewhere = Client()
    for each in (client, elsewhere):
        sign_in(each, people.member.email)
    new = "atarashii-aikotoba-7"
    answer = client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.url == reverse("accounts:me")
    assert client.get(reverse("accounts:me")).status_code == 200
    assert elsewhere.get(reverse("accounts:me")).status_code == 302


def test_signing_out_pokes_whoever_holds_the_sockets(client, people, monkeypatch, django_capture_on_commit_callbacks):
    poked = []
    monkeypatch.setattr("accounts.models.person.poke_person", poked.append)
    client.force_login(people.member)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("account_logout")).url == reverse("account_login")
    assert poked == [people.member.pk]
    assert "_auth_user_id" not in client.session


def test_oneself_changes_kana_and_looks_but_not_the_name(client, people):
    client.force_login(people.member)
    client.post(reverse("accounts:me"), {"kana": "たかばし ゆか", "name": "別人"})
    assert (fresh(people.member).name, fresh(people.member).kana) == ("髙橋 由佳", "たかばし ゆか")
    client.post(reverse("accounts:theme"), {"theme": "dark"})
    assert '<html lang="ja" data-theme="dark">' in client.get(reverse("accounts:me")).content.decode()
    client.post(reverse("accounts:theme"), {"theme": '"><script>'})
    assert client.cookies["engawa_theme"].value == "dark"
    client.post(reverse("accounts:language"), {"language": "en", "next": "/account/me/"})
    assert '<html lang="en"' in client.get(reverse("accounts:me")).content.decode()


@pytest.mark.parametrize("name", [
    "account_login", "account_signup", "account_reset_password", "account_reset_password_done", "account_inactive",
    "account_email_verification_sent", "account_reset_password_from_key_done",
])
def test_the_open_pages_are_open_and_free_of_inline_script(client, people, name):
    body = client.get(reverse(name)).content.decode()
    assert '<main class="door"' in body
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=", body)


def test_a_signed_out_stranger_and_one_without_rights_get_the_same_absent_page(client, people):
    def shown(path):
        answer = client.get(path)
        assert answer.status_code == 404
        return re.sub(r"x-csrftoken[^>]*>", "", answer.content.decode())

    never = shown("/never-was/")
    client.force_login(person("門前 小僧", "kozo@city.fukaya.example"))
    assert shown(reverse("accounts:staff")) == shown(reverse("accounts:affiliation", args=[1])) == never
