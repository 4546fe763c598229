"""The English catalogue is complete and true to the Japanese, and no word stands outside it.

The sources are read in Python, so that only whoever adds words needs the gettext tools (Debian's `gettext`):
`manage.py makemessages -l en --no-location --no-obsolete -i .venv -i var -i tests`, the English, `manage.py compilemessages`.
"""
import ast
import gettext
import re
from collections import Counter
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale/en/LC_MESSAGES/django.po"
APPS = ["accounts", "chat", "communities", "academia", "config"]
CONTENT = {"demo", "data", "migrations", "management", "kana.py"}  # not the interface
CALLS = {"_": "", "gettext": "", "gettext_lazy": "", "ngettext": "n", "ngettext_lazy": "n", "pgettext": "p",
         "pgettext_lazy": "p", "npgettext": "np", "npgettext_lazy": "np"}
JAPANESE = re.compile(r"[ぁ-ヺ一-鿿]")
NAMES = re.compile(r"日本語|縁側")  # of the other language, and of the house
LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
HOLES = re.compile(r"%\(\w+\)[sd]|\{\w+\}|<[^>]+>")


def called(node):
    """`(context, msgid, plural)` of a call of gettext with literal words, else None."""
    name = getattr(node.func, "id", getattr(node.func, "attr", None))
    words = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if name not in CALLS or not words:
        return None
    context = words.pop(0) if "p" in CALLS[name] else None
    return context, words[0], words[1] if "n" in CALLS[name] else None


def modules():
    """Our own Python files that hold interface words, as syntax trees by name."""
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if not CONTENT & set(path.relative_to(ROOT).parts):
                yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def templates():
    """Name and text of every template."""
    paths = [path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".jinja", ".txt")]
    assert len(paths) > 50
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in paths}


def wanted():
    """Every `(context, msgid, plural)` in the sources."""
    calls = [node for _name, tree in modules() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    call = re.compile(rf"""\b(?:np|n|p)?gettext\({LITERAL}(?:, ?(?:{LITERAL}|\w+))*\)|\b_\({LITERAL}\)""")
    for text in templates().values():
        calls += [ast.parse(found[0], mode="eval").body for found in call.finditer(templatize(text))]
    return {found for found in map(called, calls) if found}


def entries():
    """`{(context, msgid, plural): [translation, …]}` of the .po without its header."""
    found = {}
    for block in PO.read_text().split("\n\n")[1:]:
        fields, field = {}, None
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                field, line = line.split(" ", 1)
            fields[field] = fields.get(field, "") + ast.literal_eval(line)
        key = fields.pop("msgctxt", None), fields.pop("msgid"), fields.pop("msgid_plural", None)
        assert key not in found
        found[key] = list(fields.values())
    return found


def test_every_word_of_the_sources_is_translated_and_no_other():
    words = entries()
    assert len(words) > 400
    assert {key for key in words if not all(words[key])} == set()
    assert wanted() - set(words) == set()
    assert set(words) - wanted() == set()


def test_nothing_is_fuzzy_obsolete_or_still_japanese():
    assert not re.search(r"^#(,.*fuzzy|~)", PO.read_text(), re.MULTILINE)
    assert not [each for translations in entries().values() for each in translations if JAPANESE.search(each)]


def test_the_compiled_catalogue_says_the_same():
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    expected = {}
    for (context, msgid, plural), translations in entries().items():
        key = f"{context}\x04{msgid}" if context else msgid
        expected |= {(key, n): each for n, each in enumerate(translations)} if plural else {key: translations[0]}
    compiled.pop("")
    assert compiled == expected


def test_placeholders_and_markup_survive():
    for (_context, msgid, plural), translations in entries().items():
        assert len(translations) == (2 if plural else 1), msgid
        for each in translations:
            assert Counter(HOLES.findall(each)) == Counter(HOLES.findall(msgid)), msgid


def test_no_template_holds_a_bare_word():
    marked = re.compile(r"{% blocktranslate.*?endblocktranslate %}|{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
    bare = {name: JAPANESE.findall(NAMES.sub("", marked.sub("", text))) for name, text in templates().items()}
    assert {name: words for name, words in bare.items() if words} == {}


def test_no_module_holds_a_bare_word():
    bare = []
    for name, tree in modules():
        said = {id(leaf) for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) for leaf in ast.walk(node)}
        said |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        bare += [f"{name}:{node.lineno} {node.value}" for node in ast.walk(tree) if isinstance(node, ast.Constant)
            and isinstance(node.value, str) and JAPANESE.search(NAMES.sub("", node.value)) and id(node) not in said
            and ("。" in node.value or name != "accounts/passwords.py")  # its words are compared, only its sentences shown
        ]
    assert not bare
