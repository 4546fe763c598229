"""Invented names in real Japanese forms: 髙 beside 高, 﨑 beside 崎, 𠮷 beside 吉, and the long ones."""
import re
from pathlib import Path

_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "s": "さしすせそ", "t": "たちつてと", "n": "なにぬねの", "h": "はひふへほ",
    "m": "まみむめも", "r": "らりるれろ", "g": "がぎぐげご", "z": "ざじずぜぞ", "d": "だぢづでど", "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
}
_KANA = {kana: f"{row}{vowel}" for row, signs in _ROWS.items() for kana, vowel in zip(signs, "aiueo", strict=True)} | {
    "や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa", "ん": "n",
    "し": "shi", "ち": "chi", "つ": "tsu", "ふ": "fu", "じ": "ji", "ぢ": "ji", "づ": "zu",
}
_SMALL = {"ゃ": "a", "ゅ": "u", "ょ": "o"}
_EXCEPTIONS = {"いのうえ": "inoue", "まつうら": "matsuura"}


def romaji(kana):
    """Hiragana as in a passport: わたなべ → watanabe, おおの → ono, しょうじ → shoji."""
    if kana in _EXCEPTIONS:
        return _EXCEPTIONS[kana]
    spelled = ""
    for sign, following in zip(kana, f"{kana[1:]} ", strict=True):
        if sign == "っ":
            spelled += _KANA[following][0]
        elif sign in _SMALL:
            spelled += _SMALL[sign] if spelled.endswith(("sh", "ch", "j")) else f"y{_SMALL[sign]}"
        elif following in _SMALL:
            spelled += _KANA[sign][:-1]
        else:
            spelled += _KANA[sign]
    return re.sub("oo|ou|uu", lambda long: long[0][0], spelled)


def pairs(name):
    """The names of a list, as pairs of written form and kana."""
    words = Path(__file__).with_name(f"{name}.txt").read_text(encoding="utf-8").split()
    return list(zip(words[::2], words[1::2], strict=True))


def invented(random, taken):
    """Endless `(name, kana, address)`: no name twice, none of `taken`; the address is `family-initial`."""
    families, givens, seen = pairs("families"), pairs("givens"), set(taken)
    while True:
        (family, family_kana), (given, given_kana) = random.choice(families), random.choice(givens)
        name = f"{family} {given}"
        if name not in seen:
            seen.add(name)
            yield name, f"{family_kana} {given_kana}", f"{romaji(family_kana)}-{romaji(given_kana)[0]}"
