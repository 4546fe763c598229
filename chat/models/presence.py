"""Who is here: the last time a process held a socket of a person. Written once per heartbeat, for everybody at once."""
from datetime import timedelta

from django.db import models
from django.utils import timezone

from accounts.models import Person

LINGER = timedelta(seconds=60)  # two heartbeats and some breath


class PresenceQuerySet(models.QuerySet):
    def touch(self, person_ids):
        """These people are here now."""
        now = timezone.now()
        self.bulk_create(
            [Presence(person_id=pk, seen_at=now) for pk in person_ids],
            update_conflicts=True, unique_fields=["person"], update_fields=["seen_at"],
        )

    def here(self):
        """Those who are here."""
        return self.filter(seen_at__gt=timezone.now() - LINGER)


class Presence(models.Model):
    """One row per person who was ever here. Shown only to people who share a room with them."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+")
    seen_at = models.DateTimeField()

    objects = PresenceQuerySet.as_manager()

    def __str__(self):
        return f"{self.person_id}"
