"""Letters: rows first, sent once, none held up by another."""
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from accounts.models import Mail
from accounts.tasks import deliver_mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def post_office(settings):
    """Letters that would leave the machine lie in `django.core.mail.outbox`; our backend writes the rows."""
    settings.EMAIL_BACKEND, settings.DELIVERY_BACKEND = "accounts.mail.OutboxBackend", "tests.accounts.test_mail.Picky"
    mail.outbox = []


class Picky(EmailBackend):
    """Delivers, except to somebody whose server is away."""

    def send_messages(self, messages):
        if any("away" in message.to[0] for message in messages):
            raise ConnectionRefusedError("away")
        return super().send_messages(messages)


def write(*recipients):
    """One letter to each, in this order."""
    for recipient in recipients:
        mail.send_mail("件名", "本文", None, [recipient])


def test_a_letter_is_a_row_of_its_transaction():
    with pytest.raises(RuntimeError), transaction.atomic():
        write("a@city.fukaya.example")
        raise RuntimeError
    assert not Mail.objects.exists()
    write("a@city.fukaya.example")
    assert Mail.objects.get().sent_at is None and not mail.outbox


def test_the_worker_may_run_twice():
    write("a@city.fukaya.example", "b@city.fukaya.example")
    deliver_mail()
    deliver_mail()
    assert [letter.to for letter in mail.outbox] == [["a@city.fukaya.example"], ["b@city.fukaya.example"]]
    assert not Mail.objects.filter(sent_at=None).exists()


def test_a_letter_that_cannot_be_sent_stays_with_its_reason_and_holds_up_no_other():
    write("away@city.fukaya.example", "b@city.fukaya.example")
    deliver_mail()
    stuck, sent = Mail.objects.order_by("pk")
    assert sent.sent_at and len(mail.outbox) == 1
    assert stuck.sent_at is None and "ConnectionRefusedError" in stuck.error


def test_what_another_worker_holds_is_left_to_it_until_it_must_have_died():
    write("a@city.fukaya.example")
    assert Mail.objects.get().claim() and not Mail.objects.get().claim()
    deliver_mail()
    assert not mail.outbox
    Mail.objects.update(claimed_at=timezone.now() - timedelta(minutes=6))
    deliver_mail()
    assert len(mail.outbox) == 1
