"""The people of the trigger tests, one victim for each deed, all in one room.

For a real server it runs as a process of its own, as tests/promises/stage.py does, and prints them as JSON.
"""
import json
import sys

import django


def stage(victims, browsers=1):
    """Writes a room of 深谷市 with a keeper and `victims` people; returns ids and sessions, `browsers` for each victim."""
    from allauth.mfa.models import Authenticator

    from accounts.models import Department, FactorReset
    from chat.models import seats

    from .. import cast
    from ..promises.stage import signed_in

    operator = cast.person("運用 花子", "operator@engawa.example", is_superuser=True)
    body = cast.organization("112186", "深谷市", "city", "埼玉県", "city.fukaya.example")
    department = Department.objects.create(organization=body, name="市民課")
    office = {}
    for name in ("administrator", "keeper", "witness"):
        office[name] = cast.person(name, f"{name}@city.fukaya.example")
        cast.affiliate(office[name], department, operator, is_administrator=name == "administrator")
    room = seats.start_group(office["keeper"], "引き金の部屋")
    people = []
    for number in range(victims):
        person = cast.person(f"職員 {number}", f"p{number}@city.fukaya.example")
        affiliation = cast.affiliate(person, department, operator)
        seats.admit(room, office["keeper"], affiliation)
        reset = FactorReset.objects.create(
            person=person, organization=body, by=office["administrator"], witness=office["witness"], reason="電話をなくした"
        )
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": ""})
        people.append({
            "ids": {"room": room.pk, "person": person.pk, "affiliation": affiliation.pk, "reset": reset.pk},
            "sessions": [signed_in(person) for _ in range(browsers)], "other": signed_in(person),
        })
    sessions = {name: signed_in(person) for name, person in [*office.items(), ("operator", operator)]}
    return {"room": room.pk, "victims": people, "sessions": sessions}


def main(sizes):
    """Migrates, writes, prints."""
    django.setup()
    from django.contrib.auth.hashers import PBKDF2PasswordHasher
    from django.core.management import call_command
    from django.db import transaction

    PBKDF2PasswordHasher.iterations = 1  # the server must be able to read it, and nobody here has time
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        made = stage(**sizes)
    print(json.dumps(made))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
