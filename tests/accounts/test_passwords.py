"""What may be a password: long enough, whatever characters, and not what somebody would try first."""
import re
import unicodedata

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts import passwords
from accounts.kana import romaji
from accounts.models import Invitation, Mail, Organization, Person
from tests.cast import PASSWORD, fresh

GOOD = [
    PASSWORD, "correct horse battery staple", "mado-wo-akete-hanasu-2026",
    "雨の日は窓をあけて話すことにしている", "あめのひはまどをあけてはなす", "kaerimichi ni parfait",
    "🍵🍡🍘🍙🍚🍛🍜🍝🍢🍣🍤🍥🍧🍨🍩", "8264917355027719", " 空 白 も 字 の う ち で す よ ね ", "fukaya no negi ha amai",
    "takahashi no neko ha shiroi",
]
COMMON = [
    "password-password", "PasswordPassword2026!", "Engawa-engawa-2026", "縁側市役所縁側市役所縁側市役所",
    "fukaya-city-2026!!", "ＦｕｋａｙａＣｉｔｙ２０２６!!", "hukayasi-hukayasi", "深谷市縁側深谷市縁側深谷市縁側",
    "フカヤシフカヤシフカヤシ1", "fukayashiyakusho2026", "aishocho-aishocho1", "takahashi-yuka-2026",
    "髙橋由佳深谷市髙橋由佳深谷市縁側", "たかはしゆかたかはしゆか12", "yuka.takahashi.1985",
    "takahashi@city.fukaya.example", "engawa-password1", "sapporo-sapporo-1", "dragondragondragon",
    "EngawaFukayaTakahashi", "saitamaken-fukayashi",
]
PLAIN = [
    "縁側縁側縁側縁側縁側縁側縁側縁側", "深谷市深谷市深谷市深谷市深谷市",
    "aaaaaaaaaaaaaaaa", "abababababababab", "１１１１１１１１１１１１１１１１", "123456789012345", "abcdefghijklmnop",
    "zyxwvutsrqponmlk", "qwertyuiop12345", "asdfghjklqwertyuiop", "1q2w3e4r5t6y7u8i", "あいうえおかきくけこさしすせそ",
    "qwer-tyui-asdf-ghjk", "987-654-321-987-654",
]


@pytest.fixture
def author(people):
    """髙橋 of 深谷市, in a house where some other bodies are loaded."""
    Organization.objects.filter(name="深谷市").update(kana="フカヤシ")
    Organization.objects.filter(name="愛荘町").update(kana="アイショウチョウ")
    Organization.objects.create(code="011002", name="札幌市", label="札幌市", kind="city", kana="サッポロシ")
    Organization.objects.create(code="110001", name="埼玉県", label="埼玉県", kind="prefecture", kana="サイタマケン")
    return people.member


def refusals(password, person):
    """The codes by which a password is refused."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        return {refusal.code for refusal in error.error_list}
    return set()


@pytest.mark.parametrize("password", GOOD)
def test_a_short_sentence_in_any_script_is_welcome(author, password):
    assert refusals(password, author) - {"password_too_short"} == set()
    assert len(unicodedata.normalize("NFKC", password)) < 15 or not refusals(password, author)


@pytest.mark.parametrize("password", COMMON)
def test_names_around_a_person_and_common_words_alone_are_refused(author, password):
    assert "password_too_common" in refusals(password, author)


@pytest.mark.parametrize("password", PLAIN)
def test_runs_and_repetition_are_refused(author, password):
    assert "password_too_plain" in refusals(password, author)


@pytest.mark.parametrize(("size", "codes"), [
    (14, {"password_too_short"}), (15, set()), (64, set()), (128, set()), (256, set()), (257, {"password_too_long"}),
])
def test_fifteen_characters_at_least_and_256_at_most(author, size, codes):
    password = ("まどをあけてamenohiniha話すnekoとkasa" * 12)[:size]
    assert refusals(password, author) == codes


def test_what_nobody_types_is_not_folded(people):
    """NFKC over alternating marks takes quadratic time with the GIL held: one such sign-in stopped the whole process."""
    absurd = "a" + "\u0300" * 1_000 + "\u0316" * 1_000
    assert passwords.normal(absurd) == absurd != unicodedata.normalize("NFKC", absurd)
    assert not people.member.check_password(absurd)
    assert Client().post("/account/login/", {"login": people.member.email, "password": absurd}).status_code == 200


def test_length_counts_what_is_hashed(author):
    assert refusals("㌖㌖㌖tokunagai話", author) == set()  # ㌖ is キロメートル
    assert refusals(unicodedata.normalize("NFD", "がぎぐげござじずぜぞだぢ"), author) >= {"password_too_short"}


def test_a_password_of_a_megabyte_is_refused_at_once(author):
    assert "password_too_long" in refusals("abcあ" * 250_000, author)


def test_every_character_of_a_long_password_counts(people):
    long = "雨の日は窓をあけて" * 20
    people.member.set_password(long)
    assert people.member.check_password(long)
    assert not people.member.check_password(long[:-1]) and not people.member.check_password(long[:-1] + "と")


@pytest.mark.parametrize("typed", [
    "ｍａｄｏ　を あけて がぎぐ", "mado を あけて がぎぐ", unicodedata.normalize("NFD", "mado を あけて がぎぐ"),
    "mado を あけて ｶﾞｷﾞｸﾞ",
])
def test_the_same_words_typed_in_another_way_are_the_same_password(people, typed):
    people.member.set_password("mado を あけて がぎぐ" if "ｶ" not in typed else "mado を あけて ガギグ")
    assert people.member.check_password(typed)
    assert not people.member.check_password("mado を あけて かきく")


def test_a_hash_from_before_stays_valid_and_no_password_is_none(people):
    people.member.password = make_password(PASSWORD)
    assert people.member.check_password(PASSWORD)
    people.member.set_password(None)
    assert not people.member.has_usable_password() and not people.member.check_password("")


def doors(people):
    """Every door through which a password comes: its name, and what sends one there and returns the answer's words."""
    def register(new):
        form = {"email": "shinjin@city.fukaya.example", "name": "新人 一", "kana": "しんじん はじめ"}
        return Client().post(reverse("account_signup"), form | {"password1": new, "password2": new})

    def change(new):
        client = Client()
        client.force_login(people.member)
        form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        return client.post(reverse("account_change_password"), form)

    def reset(new):
        client = Client()
        client.post(reverse("account_reset_password"), {"email": people.member.email})
        link = re.search(r"https?://[^/]+(/\S+)", Mail.objects.filter(recipient=people.member.email).latest("pk").body)[1]
        page = client.get(link, follow=True).request["PATH_INFO"]
        return client.post(page, {"password1": new, "password2": new})

    def invite(new):
        Invitation.objects.filter(email="shinjin@city.fukaya.example").delete()
        token = Invitation.objects.issue(people.administrator, people.fukaya, "shinjin@city.fukaya.example")[1]
        form = {"name": "新人 一", "kana": "しんじん はじめ", "password": new}
        return Client().post(reverse("accounts:invitation", args=[token]), form)

    return {"register": register, "change": change, "reset": reset, "invite": invite}


@pytest.mark.parametrize("door", ["register", "change", "reset", "invite"])
def test_every_door_asks_the_same_and_normalises(people, door):
    send = doors(people)[door]
    assert "15文字以上にしてください" in send("mijikai-kotoba").content.decode()
    own = "takahashi" if door in ("change", "reset") else "shinjin"
    for guess in (f"{own}-{own}-1", "ｅｎｇａｗａｅｎｇａｗａ２０２６"):
        assert str(passwords.REFUSALS["password_too_common"]) in send(guess).content.decode()
    assert send("雨の日に　ｋａｓａ を ひらいて話す").status_code == 302
    person = fresh(people.member) if own == "takahashi" else Person.objects.get(email="shinjin@city.fukaya.example")
    assert person.check_password("雨の日に kasa を ひらいて話す")


def test_an_operator_made_on_the_command_line_is_normalised_too(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "雨の日に　ｋａｓａ を ひらいて話す")
    call_command("createsuperuser", email="ops@engawa.example", name="運用", interactive=False, verbosity=0)
    assert Person.objects.get(email="ops@engawa.example").check_password("雨の日に kasa を ひらいて話す")


def test_the_rule_stands_in_words_where_a_password_is_chosen(client, people):
    page = client.get(reverse("account_signup")).content.decode()
    assert str(passwords.HINT) in page and "英大文字" not in page
    assert [text for text in password_validators_help_texts() if text] == [str(passwords.HINT)]
    assert page.count("data-reveal=") == 2 and "onpaste" not in page
    assert 'data-reveal="id_password"' in client.get(reverse("account_login")).content.decode()


def test_the_names_of_all_bodies_are_read_once(author, django_assert_num_queries):
    validate_password(PASSWORD, author)
    with django_assert_num_queries(1):  # whether bodies have come meanwhile
        validate_password(PASSWORD, author)
    Organization.objects.create(code="131016", name="千代田区", label="千代田区", kind="special_ward", kana="チヨダク")
    assert "password_too_common" in refusals("chiyoda-ku-chiyoda-ku", author)


@pytest.mark.parametrize(("kana", "ways"), [
    ("ふかやし", {"fukayashi", "hukayasi"}), ("にっぽん", {"nippon"}), ("おおつ", {"ootsu", "otsu", "ootu", "otu"}),
    ("チュウオウ", {"chuuou", "chuo", "tyuuou", "tyuo"}), ("なんば", {"nanba", "namba"}),
    ("りっちょう", {"ritchou", "ritcho", "rittyou", "rittyo"}),
    ("ルーテル", {"ruuteru", "ruteru"}), ("深谷", set()),
])
def test_kana_in_the_romaji_people_type(kana, ways):
    assert romaji(kana) == ways
