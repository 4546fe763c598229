"""What is said in the demo: hand-written talk, read from `words/`.

A *pool* holds conversations between A, B and C, a blank line between them; a *script* is the talk of one room, its
speakers by family name, under headings `@2 16:42` (workdays ago, time) or `@M3 9:00` (before the last transfer).
A line that begins with two blanks goes on with the message above. `~` and `-` after a speaker: edited, withdrawn.
"""
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from .hours import moment, workday, written

WORDS = Path(__file__).parent / "words"
SLOT = re.compile(r"\{([a-zA-Z]+)(-?\d*)\}")
LINE = re.compile(r"([^\s:：~-]+)([~-]?): (.*)")
CHOICES = {word: choices for word, *choices in map(str.split, (WORDS / "slots.txt").read_text(encoding="utf-8").splitlines())}
NUMBERS = {"n": (2, 9), "m": (11, 48), "k": (60, 380), "yen": (3, 98), "no": (101, 989)}


@dataclass(frozen=True)
class Line:
    """One message of a talk before anybody has said it. `mark` is `~` for edited, `-` for withdrawn."""

    speaker: str
    mark: str
    body: str


def conversations(name):
    """The pool `name`: a list of conversations, each a list of lines."""
    text = (WORDS / f"{name}.txt").read_text(encoding="utf-8").strip()
    return [_lines(block.splitlines()) for block in re.split(r"\n\s*\n", text)]


def script(name):
    """The script `name`: a list of `(heading, lines)`."""
    blocks = re.split(r"^@", (WORDS / f"{name}.txt").read_text(encoding="utf-8"), flags=re.M)[1:]
    return [(block.splitlines()[0], _lines(block.splitlines()[1:])) for block in blocks]


def names(name):
    """The lines of the list `name`."""
    return (WORDS / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def _lines(raw):
    spoken = []
    for line in raw:
        if match := LINE.match(line):
            spoken.append([*match.groups()])
        elif line.strip():
            spoken[-1][2] += f"\n{line[2:]}"
    return [Line(*parts) for parts in spoken]


class Slots:
    """What stands in the `{…}` of one conversation: the same slot reads the same throughout.

    `{d3}` is three workdays after the conversation, `{D6}` six after the demo's today; `{clock}`
    is later the same day; `{A}` a speaker's family name, `{host}` the domain of A.
    """

    def __init__(self, random, at, today, speakers):
        self.random, self.at, self.today, self.speakers = random, timezone.localtime(at), today, speakers
        self.day = self.at.date()
        self.chosen = {}

    def fill(self, body):
        """The body with every slot replaced."""
        return SLOT.sub(self._value, body)

    def _value(self, match):
        slot, (word, number) = match[0], match.groups()
        if word in ("d", "D"):
            return written(workday(self.day if word == "d" else self.today, int(number)))
        if word in self.speakers:
            return self.speakers[word].name.split()[0]
        if word == "host":
            return self.speakers["A"].email.split("@")[1]
        if slot not in self.chosen:
            self.chosen[slot] = self._choose(word)
        return self.chosen[slot]

    def _choose(self, word):
        if word == "clock":
            later = self.at + timedelta(minutes=self.random.randint(30, 100))
            return f"{later.hour}:{later.minute // 5 * 5:02}"
        return str(self.random.randint(*NUMBERS[word])) if word in NUMBERS else self.random.choice(CHOICES[word])


def heading_moment(heading, hours, transfer, latest, offset=0):
    """When a script's heading says its talk began, `offset` minutes later."""
    days, clock = heading.split()
    hour, minute = clock.split(":")
    at = int(hour) * 60 + int(minute) + offset
    if days.startswith("M"):
        return moment(workday(transfer, -int(days[1:])), at)
    return hours.written_at(int(days), at, latest)
