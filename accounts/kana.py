"""Kana read as romaji, in the ways people type them: Hepburn and Kunrei, long vowels written out or not."""
import re
import unicodedata

# One row per consonant, a i u e o; 内閣告示「ローマ字のつづり方」 (1954) 第1表 for Kunrei, 第2表 for what Hepburn has otherwise.
_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "s": "さしすせそ", "t": "たちつてと", "n": "なにぬねの", "h": "はひふへほ",
    "m": "まみむめも", "r": "らりるれろ", "g": "がぎぐげご", "z": "ざじずぜぞ", "d": "だぢづでど", "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ", "y": "や ゆ よ", "w": "わゐ ゑを",
}
_KUNREI = {kana: consonant + vowel for consonant, row in _ROWS.items() for kana, vowel in zip(row, "aiueo", strict=True)}
_KUNREI |= {"ぢ": "zi", "づ": "zu", "を": "o", "ゐ": "i", "ゑ": "e", "ゔ": "bu"}
_HEPBURN = _KUNREI | {"し": "shi", "ち": "chi", "つ": "tsu", "ふ": "fu", "じ": "ji", "ぢ": "ji", "ゔ": "vu"}
_SMALL = {"ゃ": "a", "ゅ": "u", "ょ": "o"}
_PALATAL = {"し": "sh", "ち": "ch", "じ": "j", "ぢ": "j"}  # Hepburn: しゃ is sha, not sya


def hiragana(text):
    """Katakana as hiragana; everything else as it stands."""
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def _spell(kana, table, palatal):
    out = ""
    for at, character in enumerate(kana):
        following = kana[at + 1:at + 2]
        if character in table and following in _SMALL:
            out += palatal.get(character, table[character][:-1] + "y")
        elif character in _SMALL:
            out += _SMALL[character]
        elif character == "っ":
            out += "t" if following == "ち" and palatal else table.get(following, "")[:1]
        elif character == "ん":
            out += "m" if palatal and table.get(following, "")[:1] in ("b", "m", "p") and following else "n"
        elif character == "ー":
            out += out[-1:]
        elif character in table:
            out += table[character]
        else:
            return ""
    return out


def romaji(text):
    """Takes a reading in kana, returns the set of its usual romanisations; empty where something is no kana."""
    kana = hiragana(unicodedata.normalize("NFC", text))
    full = {_spell(kana, _HEPBURN, _PALATAL), _spell(kana, _KUNREI, {})} - {""}
    full |= {re.sub("m(?=[bmp])", "n", spelling) for spelling in full}
    return full | {re.sub("o[ou]|uu|aa|ii|ee", lambda long: long[0][0], spelling) for spelling in full}
