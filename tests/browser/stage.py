"""Makes the tables and the people for the browser, with sessions, and prints them as JSON. Runs as a process of its own.

    python -m tests.browser.stage '{}'

Everybody of tests/cast.py, one room per subject (髙橋 keeps it, 𠮷田 is in it), and two rooms with something in them:
`long` and `unread`, 160 posts over eight days of which the last 20 are unread (one test opens `unread`, once), and `hard`, with
whatever strains a layout.
"""
import json
import sys
import uuid
from datetime import timedelta

import django

LONG, UNREAD = 160, 20
SUBJECTS = [
    "talk", "read", "edit", "tabs", "crash", "grown", "leave", "ime", "read_on", "wait", "keys", "empty", "focus", "news", "storm",
    "alarm", "paper",
]
HARD = [
    "https://www.city.fukaya.example/" + "kurashi/todokede/jyuminidou/" * 8 + "index.html?year=2026",
    "A" * 300,
    "ー" * 300,
    "一行目\n\n\n\n空行のあと\n" + "　" * 60 + "全角の空白のあと",
    "葛󠄀城市の葛󠄀、𠮷野家の𠮷、髙島屋の髙、﨑。" * 6,
    "<script>alert(1)</script> & &amp; \"'` <b>太字ではない</b>",
    "短い。",
]


def dated(room, posts, now):
    """Posts `[(author, body)]` and spreads them over eight days up to now, twenty to a day."""
    from chat.models import Draft, Message

    for author, body in posts:
        room.post(author, [Draft(uuid.uuid4(), body)])
    for message in Message.objects.filter(room=room):
        ago = room_distance(len(posts) - message.number)
        Message.objects.filter(pk=message.pk).update(posted_at=now - ago)


def room_distance(back):
    """How long ago the post `back` places before the last was written: six minutes apart, twenty on each day."""
    return timedelta(days=back // 20, minutes=6 * (back % 20))


def far_back(c):
    """A room with more unread than a page holds: all but the first ten of 130."""
    from chat.models import Membership

    from .. import cast as people

    room = open_room(c, "久しぶりの部屋")
    people.post(room, c.neighbour, *(f"{n}番目です" for n in range(1, 131)))
    Membership.objects.filter(room=room, person=c.member).update(read_number=10)
    return room


def open_room(c, name, *others):
    """A group room kept by 髙橋, with 𠮷田 in it and whoever else is named."""
    from chat.models import seats

    room = seats.start_group(c.member, name, "ためす部屋")
    for person in (c.neighbour, *others):
        request = seats.admit(room, c.member, person.affiliations.get())
        if request:
            seats.accept(request, person)
    return room


def strangers(c):
    """People and a body with names that strain a layout, and one more who waits to be confirmed."""
    from accounts.models import Department

    from ..cast import affiliate, organization, person

    alps = organization("192082", "南アルプス市", "city", "山梨県", "city.minami-alps.example")
    longest = "会計年度任用職員制度・働き方改革推進室"
    department = Department.objects.create(organization=alps, name=longest)
    c.long_name = person("長宗我部 龍太郎", "chosokabe@city.minami-alps.example", kana="ちょうそかべ りゅうたろう")
    affiliate(c.long_name, department, c.operator, is_contact=True, title="課長補佐兼係長")
    affiliate(person("久保 灯", "kubo@city.fukaya.example", kana="くぼ あかり"), c.shimin)
    c.traveller = person("旅川 渉", "tabikawa@town.aisho.example", kana="たびかわ わたる")  # whose sessions tests may end
    affiliate(c.traveller, c.seisaku, c.operator)


def stage():
    """Writes everything; returns what the tests need to know."""
    from django.utils import timezone

    from chat.models import Membership, Room

    from .. import cast as people

    c = people.cast()
    strangers(c)
    rooms = {name: open_room(c, f"部屋 {name}") for name in SUBJECTS}
    rooms |= {"shared": c.shared, "direct": c.direct, "department": c.department_room}
    rooms["seisaku"] = Room.objects.get(department=c.seisaku)
    rooms |= {"long": open_room(c, "長い話の部屋"), "unread": open_room(c, "未読の部屋")}
    turns = [c.neighbour if number % 3 else c.member for number in range(1, LONG + 1)]
    rooms["far"] = far_back(c)
    for room in (rooms["long"], rooms["unread"]):
        dated(room, [(who, f"{n}番目の発言です。\n2行目もあります。") for n, who in enumerate(turns, 1)], timezone.now())
        Membership.objects.filter(room=room, person=c.member).update(read_number=LONG - UNREAD)
        Membership.objects.filter(room=room, person=c.neighbour).update(read_number=LONG)
    rooms["hard"] = open_room(c, "とても長い名前の部屋" * 5, c.long_name)
    for body in HARD:
        people.say(rooms["hard"], c.long_name, body)
    names = ["member", "colleague", "administrator", "neighbour", "outsider", "pending", "operator", "long_name", "traveller"]
    return {
        "rooms": {name: room.pk for name, room in rooms.items()},
        "people": {name: described(getattr(c, name)) for name in names},
    }


def described(person):
    """What a test needs of somebody: id, name, address, session, affiliation."""
    from django.contrib.auth.hashers import make_password

    from accounts.models import Person

    from ..cast import PASSWORD
    from ..promises.stage import signed_in

    person.password = make_password(PASSWORD, hasher="pbkdf2_sha256")  # the server takes no quick ones
    Person.objects.filter(pk=person.pk).update(password=person.password)
    first = person.affiliations.first()
    return {
        "pk": person.pk, "name": person.name, "address": person.email, "session": signed_in(person),
        "affiliation": first and first.pk,
    }


def main():
    """Migrates, writes, prints."""
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import transaction

    quick = "django.contrib.auth.hashers.MD5PasswordHasher"
    settings.PASSWORD_HASHERS = [quick, *settings.PASSWORD_HASHERS]
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        made = stage()
    print(json.dumps(made))


if __name__ == "__main__":
    sys.exit(main())
