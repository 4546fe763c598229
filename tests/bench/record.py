"""Where results are kept: docs/bench/, with the commit and the date they were taken at."""
import datetime
import json
import os
import platform
import subprocess

from ..server import ROOT

FOLDER = ROOT / "docs" / "bench"


def git(*arguments):
    """What git says, without the line's end."""
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def stamped(name, options, result):
    """The result with what one must know to read it."""
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs")
    return {
        "bench": name, "commit": git("rev-parse", "--short=12", "HEAD") + ("+" if changed else ""),
        "date": datetime.date.today().isoformat(), "python": platform.python_version(), "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2), **options, **result,
    }


def save(entry):
    """Adds one line to docs/bench/<name>.jsonl."""
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / f"{entry['bench']}.jsonl").open("a") as lines:
        lines.write(json.dumps(entry, ensure_ascii=False) + "\n")
