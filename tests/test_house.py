"""The rules of the house: what may import what, how long things may be, what must not be in the repository."""
import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["accounts", "chat", "communities", "academia"]  # imports go from right to left only
MAX_FILE, MAX_FUNCTION, MAX_LINE = 300, 40, 400
VAGUE = {"utils", "util", "core", "common", "services", "helpers", "misc"}
FRAMEWORK = {"clean", "save", "delete", "ready", "handle", "add_arguments"}  # their base class says what they mean
KINDS = ("QuerySet", "Manager", "Config")  # classes whose name says all
# Spelled in pieces, so that this file does not hold what it forbids.
FOREIGN = [
    ".".join(["pypi", "org"]), ".".join(["pythonhosted", "org"]),
    ".".join(["npmjs", "org"]), ".".join(["npmjs", "com"]),
    "/".join(["", "work", ""]), "/".join(["..", "shared"]), "/".join(["", "opt", "pypi"]), "/".join(["", "root", ""]),
]


def tracked():
    """The repository's files: those in git and those about to be."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    names = sorted(filter(None, listing.stdout.split("\0")))
    return [name for name in names if (ROOT / name).is_file()]


def named(*suffixes, under=""):
    """Tracked files with one of these suffixes under a folder; migrations are Django's, not ours."""
    return [n for n in tracked() if n.startswith(under) and n.endswith(suffixes) and "/migrations/" not in n]


def of_the_apps():
    """Our own modules inside the apps."""
    return [name for app in APPS for name in named(".py", under=f"{app}/")]


def tree(name):
    """The syntax tree of a Python file."""
    return ast.parse((ROOT / name).read_text(), name)


def imports(name):
    """Every module a file imports, absolute, inside functions too: `(line, dotted name)`."""
    package = list(Path(name).parent.parts)
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def test_imports_go_one_way():
    wrong = []
    for name in of_the_apps():
        above = [*APPS[APPS.index(name.split("/")[0]) + 1:], "config", "tests"]
        wrong += [f"{name}:{line} imports {module}" for line, module in imports(name) if module.split(".")[0] in above]
        wrong += [
            f"{name}:{node.lineno} names {node.value}" for node in ast.walk(tree(name))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            and node.value.startswith(tuple(f"{app}." for app in above)) and node.value.count(".") < 4
        ]
    assert not wrong, "\n".join(wrong)


def test_the_reader_of_imports_sees_them_all():
    """The rule above is worth as much as its reader: it must see a relative import inside a function."""
    seen = {module for _line, module in imports("chat/models/room.py")}
    assert {"chat.broadcasts", "chat.models.message.Message", "accounts.models.Organization"} <= seen


def test_files_are_short():
    names = [*named(".py"), *named(".js", ".css", under="static/"), *named("", under="bin/"), *named("", under=".ci/")]
    lengths = {name: len((ROOT / name).read_text().splitlines()) for name in names}
    assert len(lengths) > 50
    assert not {name: length for name, length in lengths.items() if length > MAX_FILE}


def test_functions_are_short():
    long = {}
    for name in named(".py"):
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = node.end_lineno - node.lineno + 1
                if length > MAX_FUNCTION:
                    long[f"{name}:{node.lineno} {node.name}"] = length
    assert not long


def test_nothing_has_a_vague_name():
    assert not [n for n in named(".py") if VAGUE & {*Path(n).parent.parts, Path(n).stem}]


def test_no_signals():
    """A thing happens where it is written. Only the handler sends what Django itself waits for."""
    wrong = []
    for name in [*of_the_apps(), *named(".py", under="config/")]:
        for line, module in imports(name):
            signal = module.startswith("django.dispatch") or "signals" in module.split(".")
            if signal and (name, module) != ("config/handler.py", "django.core.signals"):
                wrong.append(f"{name}:{line} {module}")
    assert not wrong


def test_nothing_foreign_is_in_the_repository():
    found = []
    for name in tracked():
        text = (ROOT / name).read_bytes().decode("utf-8", "replace")
        found += [f"{name}: {word}" for word in FOREIGN if word in text]
    assert not found


def test_no_third_party_file():
    """Our own scripts and styles have lines a human wrote; a bundled or minified one does not."""
    own = named(".js", ".css")
    assert not [n for n in own if any(len(line) > MAX_LINE for line in (ROOT / n).read_text().splitlines())]
    assert not [n for n in tracked() if ".min." in n or {"vendor", "node_modules"} & set(Path(n).parts)]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_dependencies_are_locked_and_name_no_address(name):
    text = (ROOT / name).read_text()
    assert "://" not in text and " @ " not in text and "--index" not in text
    entries = text.replace("\\\n", "").splitlines()
    locked = [entry for entry in entries if entry.strip() and not entry.lstrip().startswith("#")]
    assert len(locked) > 40 and all("==" in entry and "--hash=sha256:" in entry for entry in locked)


def undocumented(name):
    """Public functions, classes and methods without a docstring."""
    def visit(body, prefix):
        for node in body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            inner = isinstance(node, ast.ClassDef) and prefix  # Meta, Kind: said by the class around them
            named_well = node.name in FRAMEWORK or node.name.endswith(KINDS)
            if not (inner or named_well or ast.get_docstring(node)):
                yield f"{name}:{node.lineno} {prefix}{node.name}"
            if isinstance(node, ast.ClassDef) and not prefix:
                yield from visit(node.body, f"{node.name}.")

    yield from visit(tree(name).body, "")


def test_everything_public_is_documented():
    missing = [entry for name in of_the_apps() for entry in undocumented(name)]
    assert not missing, "\n".join(missing)
