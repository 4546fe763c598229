"""Rooms in the admin: that they exist and how busy they are. No words, no topics of direct rooms, nobody's name."""
from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.admin import ScopedAdmin, site

from .models import Membership, Room


@admin.register(Room, site=site)
class RoomAdmin(ScopedAdmin):
    """Read only. Direct rooms are the operators' figures alone: their body is merely that of whoever began."""

    list_display = ["kind", "name", "organization", "people", "posts", "posted_at", "created_at"]
    list_display_links = ["kind", "name"]
    list_filter = ["kind"]
    list_select_related = ["organization"]
    search_fields = ["name", "organization__label"]
    ordering = ["-created_at", "pk"]

    def get_queryset(self, request):
        """With the number of people; direct rooms only for operators."""
        people = Membership.objects.standing().filter(room=OuterRef("pk")).order_by().values("room")
        count = Coalesce(Subquery(people.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)
        rows = super().get_queryset(request).annotate(people=count)
        return rows if request.user.is_superuser else rows.exclude(kind=Room.Kind.DIRECT)

    def get_fields(self, request, obj=None):
        """Of a direct room nothing but its figures."""
        shown = ["kind", "organization", "people", "posts", "posted_at", "created_at"]
        if obj is None or obj.kind == Room.Kind.DIRECT:
            return shown
        return [*shown[:1], "name", "topic", "department", *shown[1:]]

    def get_readonly_fields(self, request, obj=None):
        """All of it."""
        return self.get_fields(request, obj)

    @admin.display(description=_("発言の数"), ordering="last_number")
    def posts(self, room):
        """How many posts there were."""
        return room.last_number

    @admin.display(description=_("読める人の数"))
    def people(self, room):
        """How many people can read here."""
        return room.people
