"""What counts as an address, and as a name."""
import itertools
import random

import pytest
from django.core.exceptions import ValidationError

from accounts.addresses import validate_address, validate_domain
from accounts.models import Organization
from accounts.text import PlainText

GOOD = "takahashi@city.fukaya.example"
LOCAL, DOMAIN = "takahashi", "city.fukaya.example"
# Everything that is not a letter, digit, dot, hyphen or underscore, and look-alikes of what is: dotless i, Kelvin sign,
# long s, full-width, Cyrillic, Greek, invisible, combining, ideographic full stop.
STRANGE = (
    " \t\n\r\x00\x0b\x1f\x7f\"'`+*/\\,;:<>()[]{}|!#$%&=?^~@\u0131\u212a\u017f\uff41\uff21\uff10\uff20\uff0e\u3002\u0430\u03bf\u0455"
    "\u200b\u200d\u2060\ufeff\u00ad\u202e\u0301\u00e9\u9ad9\U0001f642\u3000\u00a0"
)


def broken():
    """Addresses a parser somewhere would take: strange characters in each place, broken structure, lengths, IDN."""
    for character in STRANGE:
        yield from (
            f"{character}{GOOD}", f"taka{character}hashi@{DOMAIN}", f"{LOCAL}@{character}{DOMAIN}",
            f"{LOCAL}@city.fuka{character}ya.example", f"{GOOD}{character}",
        )
    yield from (
        "", "@", LOCAL, f"@{DOMAIN}", f"{LOCAL}@", f"{LOCAL}@@{DOMAIN}", f'"a@evil"@{DOMAIN}', f"{LOCAL}@evil@{DOMAIN}",
        f"Taro <{GOOD}>", f"<{GOOD}>", f"{GOOD},x@{DOMAIN}", f".{GOOD}", f"taka..hashi@{DOMAIN}", f"{LOCAL}.@{DOMAIN}",
        f"{LOCAL}@.{DOMAIN}", f"{GOOD}.", f"{LOCAL}@city..fukaya.example", f"{LOCAL}@-city.fukaya.example",
        f"{LOCAL}@city-.fukaya.example", f"{LOCAL}@localhost", f"{LOCAL}@127.0.0.1", f"{LOCAL}@[127.0.0.1]",
        f"{LOCAL}@[IPv6:::1]", f"{LOCAL}@深谷市.example", f"{LOCAL}@city.fukaya.例", f"{'a' * 65}@{DOMAIN}",
        f"{LOCAL}@{'a' * 64}.example", f"{LOCAL}@{'a.' * 100}example", f"{LOCAL}%40evil@{DOMAIN}", f"mailto:{GOOD}",
    )


def test_no_broken_address_is_accepted():
    cases = list(dict.fromkeys(broken()))
    assert len(cases) >= 200
    accepted = []
    for case in cases:
        try:
            accepted.append((case, validate_address(case)))
        except ValidationError:
            pass
    assert accepted == []


def test_random_bytes_come_back_unchanged_or_not_at_all():
    """What is accepted is ASCII, has one @, and is what was typed but for the case of ASCII letters."""
    dice = random.Random(20261121)
    alphabet = "abzAZ09._-@+\"' \u0131.\u212a\uff20\n" * 2 + "city.fukaya.example"
    for _ in range(5_000):
        typed = "".join(dice.choices(alphabet, k=dice.randint(3, 40)))
        try:
            address, domain = validate_address(typed)
        except ValidationError:
            continue
        assert address.isascii() and address.count("@") == 1 and address == typed.lower() and address.endswith("@" + domain)


@pytest.mark.parametrize("typed, stored", [
    (GOOD, GOOD), ("Takahashi-Y@City.Fukaya.Example", "takahashi-y@city.fukaya.example"),
    ("t_1.a-b@city.fukaya.example", "t_1.a-b@city.fukaya.example"),
])
def test_plain_addresses_are_accepted(typed, stored):
    assert validate_address(typed) == (stored, DOMAIN)


def test_a_body_is_found_by_its_whole_domain_only(people):
    assert Organization.objects.for_domain(DOMAIN) == people.fukaya
    for stranger in (
        "evilcity.fukaya.example", "x.city.fukaya.example", "fukaya.example", "city.fukaya.example.evil.example",
        "city-fukaya.example", "CITY.fukaya.example", "city.fukaya.example.", " city.fukaya.example", "",
    ):
        assert Organization.objects.for_domain(stranger) is None


def test_a_domain_is_a_plain_host_name():
    assert validate_domain("City.Fukaya.Example") == DOMAIN
    for bad in ("深谷.example", "example", "a b.example", "a_b.example", "*.example", f"@{DOMAIN}", f"{DOMAIN}\n"):
        with pytest.raises(ValidationError):
            validate_domain(bad)


def test_invisible_and_reversing_characters_in_a_name_are_refused():
    marks = [
        *"\u200b\u200c\u200d\u2060\u2061\ufeff\u00ad\u034f\u115f\u1160\u3164\uffa0\u180e",
        *"\u202a\u202b\u202c\u202d\u202e", *"\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
        *"\x00\x07\x1b\x7f\x85\t\n\r\u2028\u2029", "\ud800", "\udfff", "\ufdd0", "\uffff",
    ]
    names = ["髙橋 由佳", "小島 蓮", "Smith John", "ア"]
    cases = [name[:at] + mark + name[at:] for name, mark in itertools.product(names, marks) for at in (0, 1, len(name))]
    assert len(cases) >= 200
    for case in cases:
        with pytest.raises(ValidationError):
            PlainText()(case)


@pytest.mark.parametrize("name", [
    "髙橋 由佳", "﨑山 葵", "𠮷田 健吾", "葛\U000e0100城 一", "辻\ufe00 二", "侮 三", "邊見 文香", "Ngô Thị Mai", "O’Neil Áine",
    "長宗我部　龍太郎",
])
def test_real_names_are_accepted_and_not_changed(name, db):
    from accounts.models import Person

    PlainText()(name)
    stored = Person.objects.create_user(GOOD, None, name=name)
    assert Person.objects.get(pk=stored.pk).name == name
