"""What is said in the demo: hand-written talk, read from `words/`.

A *pool* holds conversations between A, B and C, a blank line between them; a *script* is the talk of one room, its
speakers by family name, under headings `@2 16:42` (workdays ago, time) or `@M3 9:00` (before the last transfer).
A line that begins with two blanks goes on with the message above. `~` and `-` after a speaker: edited, withdrawn.
"""
import re
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from .hours import moment, workday, written

WORDS = Path(__file__).parent / "words"
SLOT = re.compile(r"\{([a-zA-Z]+)(-?\d*)\}")
LINE = re.compile(r"([^\s:：~-]+)([~-]?): (.*)")
CHOICES = {
    "place": ["第1会議室", "第2会議室", "3階会議室", "302会議室", "大会議室", "委員会室", "1階相談室", "保健センター研修室", "公民館ホール", "別館2階"],
    "area": ["本庁舎", "北部地区", "南部地区", "駅前地区", "中央公民館区", "東小学校区", "西小学校区", "川本地区", "岡部地区", "花園地区", "旧役場周辺"],
    "dept": ["総務課", "財政課", "税務課", "福祉課", "建設課", "会計課", "教育総務課", "上下水道課", "企画課", "保険年金課", "人事課", "契約検査課"],
    "time": ["9:00", "9:30", "10:00", "10:30", "11:00", "13:15", "13:30", "14:00", "14:30", "15:00", "15:30", "16:00"],
    "clock": ["8:45", "9:15", "11:20", "11:50", "12:50", "13:40", "14:20", "15:15", "16:10", "16:45", "17:00"],
    "school": ["東小学校", "西小学校", "南中学校", "北中学校", "中央小学校", "桜ヶ丘小学校", "常盤小学校"],
    "os": ["窓口PC", "複合機", "会議用端末", "庶務端末", "プリンター", "共有フォルダー", "財務会計", "グループウェア"],
}
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

    `{d3}` is three workdays after the conversation, `{D6}` six after the demo's today; `{A}` a speaker's family name.
    """

    def __init__(self, random, at, today, speakers):
        self.random, self.day, self.today, self.speakers = random, timezone.localdate(at), today, speakers
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
        if slot not in self.chosen:
            self.chosen[slot] = (
                str(self.random.randint(*NUMBERS[word])) if word in NUMBERS else self.random.choice(CHOICES[word])
            )
        return self.chosen[slot]


def heading_moment(heading, hours, transfer, latest, offset=0):
    """When a script's heading says its talk began, `offset` minutes later."""
    days, clock = heading.split()
    hour, minute = clock.split(":")
    at = int(hour) * 60 + int(minute) + offset
    if days.startswith("M"):
        return moment(workday(transfer, -int(days[1:])), at)
    return hours.written_at(int(days), at, latest)
