"""Makes the tables and the people of a house, with sessions, and prints them as JSON. Runs as a process of its own.

    python -m tests.promises.stage '{"people": 8, "leavers": 1}'

Rooms: one for everybody, one for half, one for three. `leavers` sit in the first room and may be removed by its keeper.
The outsider stands in a body like everybody, in a department room of their own, and in none of these rooms.
"""
import json
import sys

import django

CANARY = "カナリア"  # in every room's name and every body: an outsider's socket must never carry it


def signed_in(person):
    """A session as signing in makes it; returns its key."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts.sessions import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return session.session_key


def departments():
    """A department in each of two towns, and one for the outsider."""
    from accounts.models import Department

    from ..cast import organization

    fukaya = organization("112186", "深谷市", "city", "埼玉県", "city.fukaya.example")
    aisho = organization("254258", "愛荘町", "town", "滋賀県", "town.aisho.example")
    places = [(fukaya, "市民課"), (aisho, "住民課"), (fukaya, "財政課")]
    return [Department.objects.create(organization=body, name=name) for body, name in places]


def settle_in(number, department, operator):
    """Somebody with a login, vouched for, findable by both towns."""
    from ..cast import affiliate, person

    domain = department.organization.mail_domains.get().domain
    who = person(f"職員 {number}", f"p{number}@{domain}")
    affiliate(who, department, operator, is_contact=True)
    return who


def open_room(name, members):
    """A group room kept by the first; the others come in by the ordinary road."""
    from chat.models import seats

    keeper, *others = members
    room = seats.start_group(keeper, f"{name} {CANARY}")
    for other in others:
        request = seats.admit(room, keeper, other.affiliations.get())
        if request:
            seats.accept(request, other)
    return room


def stage(people=8, leavers=0):
    """Writes everything; returns what the clients need to know."""
    from ..cast import person

    operator = person("運用", "operator@engawa.example", is_superuser=True)
    fukaya, aisho, apart = departments()
    staff = [settle_in(number, aisho if number % 2 else fukaya, operator) for number in range(people)]
    leaving = [settle_in(people + number, fukaya, operator) for number in range(leavers)]
    outsider = settle_in(people + leavers, apart, operator)
    seatings = [staff + leaving, staff[: people // 2], staff[1:4]]
    rooms = [open_room(f"部屋{number}", members) for number, members in enumerate(seatings)]
    return {
        "canary": CANARY,
        "sessions": {who.pk: signed_in(who) for who in [*staff, *leaving, outsider]},
        "other_sessions": {who.pk: signed_in(who) for who in staff},  # each one's second browser
        "rooms": {room.pk: [m.pk for m in members] for room, members in zip(rooms, seatings, strict=True)},
        "leavers": [who.pk for who in leaving],
        "outsider": outsider.pk,
    }


def main(sizes):
    """Migrates, writes, prints."""
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import transaction

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        cast = stage(**sizes)
    print(json.dumps(cast))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
