"""The long proof, round by round: `python -m tests.promises.prove [--rounds N]`, started by bin/prove on PostgreSQL and Redis.

A round is a hundredth of the long tier: its share of the messages, and of the kills, which are dealt out to the rounds like
cards. `loss.jsonl` gets a line for each round that came to its end, faults or not; `loss.json` sums up the
rounds of the commit at hand, and says what is still missing.
"""
import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

from ..server import ROOT
from . import office
from .storm import POINTS, RANDOM, SIZES, weather

LONG = SIZES["long"]
ROUNDS = 100
MESSAGES = LONG.messages // ROUNDS + 10  # who is taken out may keep some words
FOLDER = ROOT / "docs" / "proof"
LINES, SUM = FOLDER / "loss.jsonl", FOLDER / "loss.json"


def commit():
    """What is proven: the commit at hand, with `+` when the working tree has changes beside the proof's own files."""
    def git(*arguments):
        command = ["git", "-c", "safe.directory=*", *arguments]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--", ".", ":!docs/proof")
    return git("rev-parse", "--short=12", "HEAD") + ("+" if changed else "")


def dealt(number):
    """The kills of a round, and the deaths of the mail worker in it: always the same."""
    kills = [RANDOM] * LONG.random_kills + POINTS * LONG.per_point
    random.Random(ROUNDS).shuffle(kills)
    return kills[number - 1:: ROUNDS], (office.POINTS * LONG.per_point)[number - 1:: ROUNDS]


def play(number, of):
    """One round; returns its line. Its choices hang on its number, its moments on the machine.

    It proves nothing of `of` when another commit was checked out meanwhile; then it carries both names.
    """
    (kills, deaths), began = dealt(number), time.monotonic()
    storm, faults, complaints = weather(MESSAGES, kills, seed=number)
    faults += office.die_and_check(deaths)
    now = commit()
    return {
        "commit": of if now == of else f"{of}…{now}", "round": number,
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "messages": len({answer["client_id"] for tab in storm.tabs for answer in tab.acknowledged}),
        "altered": sum(deed["done"] for tab in storm.tabs for deed in tab.altered.values()),
        "shown": sum(len(tab.log) for tab in storm.tabs), "live": sum(tab.live for tab in storm.tabs),
        "pokes_heard": storm.ear.heard, "letters": len(deaths) * office.LETTERS,
        "kills": Counter(storm.deaths) + Counter(f"outbox {point}" for point in deaths),
        "seconds": round(time.monotonic() - began), "faults": faults, "complaints": complaints[:20],
    }


def lines():
    """Every round played so far."""
    return [json.loads(line) for line in LINES.read_text().splitlines()] if LINES.exists() else []


def summary(rounds, of):
    """What the rounds of one commit come to, against what the long tier asks for."""
    done, kills = [line for line in rounds if line["commit"] == of], Counter()
    for line in done:
        kills.update(line["kills"])
    faults = [fault for line in done for fault in line["faults"]]
    total = {name: sum(line[name] for line in done) for name in ("messages", "altered", "shown", "live", "pokes_heard", "letters")}
    wanted = {"messages": LONG.messages, "random_kills": LONG.random_kills, "per_point": LONG.per_point}
    return {
        "commit": of, "from": done[0]["at"], "to": done[-1]["at"], "profile": "PostgreSQL and Redis, two web processes",
        "rounds": len(done), "rounds_wanted": ROUNDS, "complete": len(done) >= ROUNDS, "wanted": wanted,
        **total, "kills": dict(sorted(kills.items())), "seconds": sum(line["seconds"] for line in done),
        "faults": faults, "complaints": sum(len(line["complaints"]) for line in done),
    }


def main():
    """Plays what is missing, as far as asked; 1 if a promise broke."""
    parser = argparse.ArgumentParser(prog="bin/prove")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="at most so many now")
    asked, of = parser.parse_args().rounds, commit()
    FOLDER.mkdir(exist_ok=True)
    played = {line["round"] for line in lines() if line["commit"] == of}
    for number in [number for number in range(1, ROUNDS + 1) if number not in played][:asked]:
        line = play(number, of)
        with LINES.open("a") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        said = f"round {number} of {ROUNDS}: {line['messages']} messages, {sum(line['kills'].values())} kills"
        print(f"{said}, {line['seconds']} s, {len(line['faults'])} faults", flush=True)
    of_now = [line for line in lines() if line["commit"] == of]
    if of_now:
        Path(SUM).write_text(json.dumps(summary(of_now, of), ensure_ascii=False, indent=1) + "\n")
    return int(any(line["faults"] for line in of_now))


if __name__ == "__main__":
    sys.exit(main())
