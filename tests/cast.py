"""The people of the tests: two towns, and everybody who must not get in.

`cast()` writes them and returns a namespace; every test of a deed runs the same ladder of them.
"""
import uuid
from types import SimpleNamespace

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import Affiliation, Department, MailDomain, Organization, Person, Verification
from chat.models import Draft, Message, Room, seats

PASSWORD = "engawa-de-hanasu-2026"


def organization(code, name, kind, prefecture, domain):
    """A body with one mail domain."""
    body = Organization.objects.create(code=code, name=name, label=name, kind=kind, prefecture=prefecture)
    MailDomain.objects.create(organization=body, domain=domain)
    return body


def person(name, address, **fields):
    """Somebody with a login and a confirmed address, for whom nobody vouches yet."""
    created = Person.objects.create_user(address, PASSWORD, name=name, **fields)
    EmailAddress.objects.create(user=created, email=address, verified=True, primary=True)
    return created


def affiliate(who, department, operator=None, **fields):
    """An affiliation; vouched for when an operator is given, pending otherwise."""
    affiliation = Affiliation.objects.create(
        person=who, organization=department.organization, department=department, **fields
    )
    if operator:
        affiliation.vouch(operator, Verification.Method.APPLICATION)
        seats.settle(who)
    return affiliation


def post(room, author, *bodies):
    """Posts each body; returns the messages."""
    return room.post(author, [Draft(uuid.uuid4(), body) for body in bodies])


def say(room, author, body):
    """Posts one body; returns its message."""
    return post(room, author, body)[0]


def fresh(who):
    """The same person without anything remembered."""
    return Person.objects.get(pk=who.pk)


def cast():
    """深谷市 and 愛荘町, a shared room, a closed room, a direct room, and the visitors of PROMISES that exist so far."""
    c = SimpleNamespace()
    bodies(c)
    crowd(c)
    vouch(c)
    rooms(c)
    c.visitors = {
        "anonymous": None, "pending": c.pending, "withdrawn": c.withdrawn, "other_body": c.outsider,
        "not_a_member": c.administrator, "removed": c.removed, "member": c.member, "neighbour": c.neighbour,
        "administrator": c.administrator, "operator": c.operator,
    }
    return c


def bodies(c):
    """Two bodies with two departments each."""
    c.fukaya = organization("112186", "深谷市", "city", "埼玉県", "city.fukaya.example")
    c.aisho = organization("254258", "愛荘町", "town", "滋賀県", "town.aisho.example")
    c.shimin = Department.objects.create(organization=c.fukaya, name="市民課")
    c.ict = Department.objects.create(organization=c.fukaya, name="ICT推進室")
    c.jumin = Department.objects.create(organization=c.aisho, name="住民課")
    c.seisaku = Department.objects.create(organization=c.aisho, name="総合政策課")


def crowd(c):
    """Everybody, not yet affiliated."""
    c.operator = person("運用 花子", "operator@engawa.example", is_superuser=True)
    c.member = person("髙橋 由佳", "takahashi@city.fukaya.example", kana="たかはし ゆか")
    c.colleague = person("小島 蓮", "kojima@city.fukaya.example", kana="こじま れん")
    c.administrator = person("渡邉 彩音", "watanabe@city.fukaya.example", kana="わたなべ あやね")
    c.neighbour = person("𠮷田 健吾", "yoshida@town.aisho.example", kana="よしだ けんご")
    c.outsider = person("﨑山 葵", "sakiyama@town.aisho.example", kana="さきやま あおい")
    c.pending = person("新井 望", "arai@city.fukaya.example", kana="あらい のぞみ")
    c.withdrawn = person("関口 修", "sekiguchi@city.fukaya.example", kana="せきぐち おさむ")
    c.removed = person("岡部 梢", "okabe@city.fukaya.example", kana="おかべ こずえ")


def vouch(c):
    """Their affiliations: vouched for, except the pending one."""
    affiliate(c.administrator, c.ict, c.operator, is_administrator=True)
    affiliate(c.member, c.shimin, c.operator)
    affiliate(c.colleague, c.ict, c.operator)
    affiliate(c.removed, c.ict, c.operator)
    affiliate(c.neighbour, c.jumin, c.operator, is_contact=True)
    affiliate(c.outsider, c.seisaku, c.operator)
    affiliate(c.pending, c.shimin)
    affiliate(c.withdrawn, c.shimin, c.operator)


def rooms(c):
    """The shared room of two towns, a closed one, a direct one, a request that waits; somebody removed, somebody withdrawn."""
    c.shared = seats.start_group(c.member, "書かない窓口 共同検討", "異動届の様式をそろえる")
    seats.admit(c.shared, c.member, c.removed.affiliations.get())
    seats.accept(seats.admit(c.shared, c.member, c.neighbour.affiliations.get()), c.neighbour)
    seats.remove(c.shared, c.member, c.removed)
    c.closed = seats.start_group(c.colleague, "ICT推進室の内輪")
    c.direct = seats.open_direct(c.member, c.colleague.affiliations.get())
    c.department_room = Room.objects.get(department=c.shimin)
    c.request = seats.admit(c.closed, c.colleague, c.neighbour.affiliations.get(), note="相談に乗ってください")
    c.withdrawn.affiliations.get().withdraw(c.operator, "退職")
    seats.settle(c.withdrawn)
    for name in ("shared", "closed", "direct", "department_room"):
        getattr(c, name).refresh_from_db()


__all__ = ["Message", "affiliate", "cast", "fresh", "organization", "person", "post", "say", "timezone"]
