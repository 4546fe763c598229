"""A database with letters in the outbox, for the test of the worker. Runs as a process of its own, as stage.py does.

    python -m tests.promises.letters '{"letters": 4}'
"""
import json
import sys

import django


def main(letters):
    """Migrates, writes a letter to each of so many people, prints who they are."""
    django.setup()
    from django.core.mail import send_mail
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    recipients = [f"p{number}@city.fukaya.example" for number in range(letters)]
    for recipient in recipients:
        send_mail("件名", "本文", None, [recipient])
    print(json.dumps({"recipients": recipients}))


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
