"""The worker's mail task, once, in a process of its own that can be killed: `python -m tests.promises.postman`.

Points: `claimed` (the letter is in its hands, nothing was sent), `sent` (a server has taken it, the mark is not made).
"""
import os

import django

from .points import die_at


def arm():
    """Puts the points around the claim and the sending."""
    from django.core.mail import EmailMessage

    from accounts.models import Mail

    claim, send = Mail.claim, EmailMessage.send

    def claimed(self):
        won = claim(self)
        if won:
            die_at("claimed")
        return won

    def sent(self, *args, **kwargs):
        count = send(self, *args, **kwargs)
        die_at("sent")
        return count

    Mail.claim, EmailMessage.send = claimed, sent


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    arm()
    from accounts.tasks import deliver_mail

    deliver_mail()
