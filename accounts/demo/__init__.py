"""The demo's bodies and people: invented, in real forms, the same every time."""
import itertools
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from ..models import Affiliation, Department, MailDomain, Organization, Person, Verification
from .bodies import BODIES, NAMED
from .names import invented

PASSWORD = "engawa-demo-2026"  # of everybody: hashing it once is what makes a thousand people quick
SIGN_INS = [
    ("takahashi-y@city.fukaya.example", "髙橋 由佳", "深谷市 市民課"),
    ("yoshida-k@town.aisho.example", "𠮷田 健吾", "愛荘町 住民課（庁外への窓口）"),
    ("watanabe-a@city.fukaya.example", "渡邉 彩音", "深谷市 ICT推進室（深谷市の管理者）"),
    ("miyazaki-m@town.aisho.example", "宮﨑 誠", "愛荘町 総務課（愛荘町の管理者）"),
    ("arai-n@city.fukaya.example", "新井 望", "深谷市 市民課（確認待ち）"),
    ("operator@engawa.example", "大庭 実", "運用者（どの団体にも属さない）"),
]
SECOND_POSTS = {"髙栁 大輔": "防災危機管理課", "岡部 梢": "ICT推進室", "宮﨑 誠": "総合政策課"}  # 兼務
TRANSFERRED = {"小島 蓮": "市民課"}  # where they were until the last 31 March
TITLES = ["課長", "課長補佐", "係長", "係長", "主査", "主査", "主任", "主任", "主任", "主事", "主事", "主事", ""]


@dataclass(frozen=True)
class Scale:
    """How much of everything a fill makes."""

    people: int
    messages: int


SMALL = Scale(people=2 + sum(sum(body.few.values()) for body in BODIES), messages=1_200)
FULL = Scale(people=1_000, messages=100_000)


def is_here():
    """Whether this database holds the demo."""
    addresses = [address for address, _name, _post in SIGN_INS]
    return Person.objects.filter(email__in=addresses).count() == len(addresses)


def last_transfer(today: date):
    """The latest 1 April that lies far enough back for talk on both of its sides."""
    year = today.year if date(today.year, 4, 1) <= today - timedelta(days=60) else today.year - 1
    return date(year, 4, 1)


def fill(scale, random, now):
    """Writes bodies, departments, people and their standing into an empty database; returns `{what: how many}`."""
    demo = _Fill(scale, random, now)
    for body in BODIES:
        demo.body(body)
    demo.newcomer()
    demo.write()
    return {"団体": len(BODIES), "組織": Department.objects.count(), "職員": Person.objects.count()}


class _Fill:
    """The rows on their way into the database."""

    def __init__(self, scale, random, now):
        self.scale, self.random, self.now = scale, random, now
        self.transfer = last_transfer(timezone.localdate(now))
        self.joined = now - timedelta(days=800)
        self.password = make_password(PASSWORD)
        self.names = invented(random, {row[1] for row in NAMED} | {name for _address, name, _post in SIGN_INS})
        self.addresses = set()
        self.people, self.affiliations, self.vouched = [], [], []
        self.operator = self.person("大庭 実", "おおば みのる", SIGN_INS[-1][0], is_superuser=True)

    def person(self, name, kana, address, joined=None, **fields):
        local, domain = address.split("@")
        for number in itertools.count(2):
            if address not in self.addresses:
                break
            address = f"{local}{number}@{domain}"
        self.addresses.add(address)
        row = Person(name=name, kana=kana, email=address, password=self.password, joined=joined or self.joined, **fields)
        self.people.append(row)
        return row

    def body(self, body):
        """One body: its domain, its tree, its people, and its administrator's word for each of them."""
        organization = Organization.objects.get(code=body.code)
        MailDomain.objects.create(organization=organization, domain=body.domain)
        tree = plant(organization, body.tree)
        offices = [department for department in tree.values() if not department.name.endswith("部")]
        administrator = None
        for index, (name, kana, local, department, title) in enumerate(self._staff(body, tree)):
            person = self.person(name, kana, f"{local}@{body.domain}")
            administrator = administrator or person
            starts = date(self.transfer.year - self.random.randint(3, 9), 4, 1)
            if name in TRANSFERRED or index % 25 == 24:
                elsewhere = [office for office in offices if office.name not in (department, "総務課")]
                former = tree.get(TRANSFERRED.get(name)) or self.random.choice(elsewhere)
                self.affiliate(person, former, administrator, title=title, starts=starts, is_primary=False,
                               ends=self.transfer - timedelta(days=1))
                starts = self.transfer
            self.affiliate(person, tree[department], administrator, title=title, starts=starts,
                           is_administrator=index == 0, is_contact=index % 12 == 1)
            second = SECOND_POSTS.get(name) or ("総務課" if index % 60 == 59 else None)
            if second in tree and second != department:
                self.affiliate(person, tree[second], administrator, title=title, starts=starts, is_primary=False)

    def _staff(self, body, tree):
        """Who works where: the named, then as many invented people as each department lacks."""
        lacking = dict(body.few)
        for code, *row in NAMED:
            if code == body.code:
                lacking[row[3]] -= 1
                yield row
        places = [department for department, people in lacking.items() for _nth in range(people)]
        if self.scale == FULL:
            offices = [d.name for d in tree.values() if not d.name.endswith("部")]
            places += itertools.islice(itertools.cycle(offices), body.many - sum(body.few.values()))
        for place in places:
            yield *next(self.names), place, self.random.choice(TITLES)

    def newcomer(self):
        """Somebody who has registered and waits for a human of 深谷市."""
        department = Department.objects.get(organization__code="112186", name="市民課")
        person = self.person("新井 望", "あらい のぞみ", "arai-n@city.fukaya.example", joined=self.now - timedelta(hours=20))
        self.affiliate(person, department, None, title="主事", starts=timezone.localdate(person.joined))

    def affiliate(self, person, department, by, **fields):
        """One affiliation; its body's administrator vouches, the operator for the administrator, nobody when `by` is None."""
        row = Affiliation(person=person, organization=department.organization, department=department, **fields)
        self.affiliations.append(row)
        if by is None:
            return
        first = by is person
        method = Verification.Method.APPLICATION if first else Verification.Method.ADMINISTRATOR
        since = timezone.make_aware(datetime.combine(row.starts, time(8, 30)))
        self.vouched.append(Verification(
            affiliation=row, by=self.operator if first else by, method=method, at=max(since, self.joined),
        ))

    def write(self):
        """Everything at once, in the order in which one row needs the other."""
        Person.objects.bulk_create(self.people)
        EmailAddress.objects.bulk_create(
            EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in self.people
        )
        Affiliation.objects.bulk_create(self.affiliations)
        Verification.objects.bulk_create(self.vouched)


def plant(organization, tree):
    """Writes the departments of an indented list, `name kana` a line; returns them by name."""
    planted, path = {}, []
    for order, line in enumerate(tree.strip().splitlines(), start=1):
        depth = (len(line) - len(line.lstrip())) // 2
        name, kana = line.split()
        parent = path[depth - 1] if depth else None
        planted[name] = Department.objects.create(
            organization=organization, parent=parent, name=name, kana=kana, order=order * 10
        )
        path[depth:] = [planted[name]]
    return planted
