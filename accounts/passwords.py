"""Passwords after NIST SP 800-63B-4 (2025): long, not guessable, and otherwise whatever somebody likes.

No rule about kinds of characters, no change by the calendar. The words of the rule stand here and nowhere else.
"""
import re
import unicodedata
from functools import lru_cache

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _

from .kana import hiragana, romaji

SHORTEST, LONGEST = 15, 256  # characters, after normalising
DISTINCT = 5
HINT = _("15文字以上。短い文や、関わりのない単語をいくつか並べたものが、覚えやすくて安全です。日本語や空白も使えます。")
REFUSALS = {
    "password_too_short": _("パスワードは15文字以上にしてください。"),
    "password_too_long": _("パスワードは256文字までにしてください。"),
    "password_too_plain": _("同じ文字の繰り返しや、文字の並び順だけのパスワードは使えません。"),
    "password_too_common": _(
        "団体名、氏名、アドレス、よく使われることばだけでできたパスワードは使えません。関わりのないことばを足してください。"
    ),
}
# Words around every town hall that say nothing of a person; as pieces beside others they may be short.
HOUSE = {
    "engawa", "縁側", "えんがわ", "lgwan", "自治体", "じちたい", "jichitai", "市役所", "しやくしょ", "shiyakusho",
    "役場", "やくば", "yakuba", "役所", "やくしょ", "yakusho", "区役所", "くやくしょ", "kuyakusho", "県庁",
    "けんちょう", "kencho", "kenchou", "職員", "しょくいん", "shokuin", "市", "区", "町", "村", "県", "府", "都", "し",
    "く", "ちょう", "まち", "むら", "そん", "けん", "ふ", "と", "shi", "si", "ku", "cho", "chou", "tyou", "machi",
    "mati", "mura", "son", "ken", "city", "ward", "town", "village", "pref", "password", "passwd", "pass", "パスワード",
    "pasuwado", "admin", "login", "welcome",
}
RUNS = [
    "abcdefghijklmnopqrstuvwxyz" * 2, "01234567890123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp", "あいうえおかきくけこさしすせそたちつてとなにぬねの",
    "いろはにほへとちりぬるをわかよたれそつねならむ",
]
RUNS += [run[::-1] for run in RUNS]
RUN, WORD = 3, 4  # the shortest run, the shortest foreign word, that counts as a piece


def normal(password):
    """The one form of a password: NFKC, so that full width, half width and combined marks are the same. None stays None.

    What is far too long stays as it is, and is nobody's: NFKC takes quadratic time over combining marks, with the GIL held.
    """
    return password if password is None or len(password) > 4 * LONGEST else unicodedata.normalize("NFKC", password)


def letters(text):
    """What of a text says something: its letters, small, in hiragana; digits, signs and spaces say too little."""
    folded = hiragana(normal(text).casefold())
    return "".join(character for character in folded if unicodedata.category(character)[0] in "LM")


class Length:
    """Validator: 15 to 256 characters of any kind, counted after normalising."""

    def validate(self, password, user=None):
        """Raises ValidationError for one too short or too long."""
        size = len(normal(password))
        if not SHORTEST <= size <= LONGEST:
            code = "password_too_short" if size < SHORTEST else "password_too_long"
            raise ValidationError(REFUSALS[code], code=code)

    def get_help_text(self):
        """The rule in words."""
        return HINT


class NotGuessable:
    """Validator: not a common password, not a run along the keyboard, not made of nothing but names around this person."""

    def __init__(self):
        given = CommonPasswordValidator().passwords
        self.whole = frozenset(given)
        self.common = frozenset(word for word in map(letters, given) if len(word) >= WORD)

    def validate(self, password, user=None):
        """Raises ValidationError for what somebody would try first."""
        plain = normal(password).casefold()[:LONGEST]  # of a longer one the length is refused
        if len(set(plain)) < DISTINCT or only_runs(plain):
            raise ValidationError(REFUSALS["password_too_plain"], code="password_too_plain")
        if plain in self.whole or self.guessable(letters(plain), names_of_bodies() | own_words(user) | HOUSE):
            raise ValidationError(REFUSALS["password_too_common"], code="password_too_common")

    def guessable(self, text, words):
        """Whether a text is made of these words, runs, and at most one common word, however often each.

        Several different common words are a passphrase, which is what we ask for.
        """
        if not text or not made_of(text, words | self.common):
            return False
        inside = {text[at:to] for at in range(len(text)) for to in range(at + WORD, min(at + 20, len(text)) + 1)}
        return made_of(text, words) or any(made_of(text, words | {common}) for common in inside & self.common)

    def get_help_text(self):
        """Said by the hint of the length already."""
        return ""


def only_runs(text):
    """Whether nothing but signs is left when the runs along the keyboard, the alphabet or the digits are taken away."""
    kept = "".join(filter(str.isalnum, text))
    return bool(kept) and made_of(hiragana(kept), frozenset())


def made_of(text, words):
    """Whether a text is these words and runs of three or more, one after the other."""
    longest = max((len(word) for word in words), default=0)
    reached = {0}
    for at in range(len(text)):
        if at not in reached:
            continue
        reached |= {to for to in range(at + 1, min(at + longest, len(text)) + 1) if text[at:to] in words}
        for to in range(at + RUN, len(text) + 1):
            if not any(text[at:to] in run for run in RUNS):
                break
            reached.add(to)
    return len(text) in reached


def spellings(word):
    """A name as people type it: as it stands, and, from its reading, in the usual romanisations."""
    plain = letters(word)
    return {plain, *map(letters, romaji(plain))}


def own_words(user):
    """What everybody knows about a person: name, reading and the parts of the address, alone and together."""
    if user is None:
        return frozenset()
    name, kana = getattr(user, "name", "") or "", getattr(user, "kana", "") or ""
    parts = [name, kana, *re.split(r"\s+", name), *re.split(r"\s+", kana), *re.split(r"[^A-Za-z]+", user.email or "")]
    found = {spelling for part in parts for spelling in spellings(part)}
    return frozenset(spelling for spelling in found if len(spelling) >= (3 if spelling.isascii() else 1))


def names_of_bodies():
    """The names of all bodies, with and without 市 or 町, in kanji, kana and romaji. Read anew when bodies have come."""
    from .models import Organization

    return _names(**Organization.objects.aggregate(count=Count("pk"), last=Max("pk")))


@lru_cache(maxsize=2)
def _names(count, last):
    from .models import Organization

    found = set()
    for name, kana in Organization.objects.values_list("name", "kana"):
        stems = [name, re.sub("[都府県市区町村]$", "", name)]
        readings = [kana, re.sub("(と|ふ|けん|し|く|ちょう|まち|むら|そん)$", "", hiragana(kana))]
        for word in filter(None, stems + readings):
            found |= {spelling for spelling in spellings(word) if len(spelling) >= (WORD if spelling.isascii() else 2)}
    return frozenset(found)
