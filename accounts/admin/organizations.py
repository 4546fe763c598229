"""Bodies, their domains and departments."""
from django import forms
from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..models import Department, MailDomain, Organization
from .site import ADMINISTRATORS, OPERATORS, Scoped, ScopedAdmin, site


class MailDomainInline(Scoped, admin.TabularInline):
    """Domains are proof of a body, so only operators enter them."""

    model = MailDomain
    extra = 0
    adds = changes = deletes = OPERATORS


class DepartmentInline(Scoped, admin.TabularInline):
    """The departments of one body, on its page."""

    model = Department
    extra = 0
    adds = changes = ADMINISTRATORS
    fields = ["name", "kana", "parent", "order"]
    autocomplete_fields = ["parent"]


@admin.register(Organization, site=site)
class OrganizationAdmin(ScopedAdmin):
    """Operators keep the bodies; a body's administrators keep its departments here."""

    adds, changes = OPERATORS, ADMINISTRATORS
    list_display = ["code", "label", "kind", "prefecture", "kana", "population"]
    list_display_links = ["label"]
    list_filter = ["kind", "prefecture"]
    search_fields = ["code", "name", "label", "kana"]
    search_help_text = _("団体コード、名称、カタカナの読みで探せます。")
    autocomplete_fields = ["parent"]
    inlines = [MailDomainInline, DepartmentInline]
    fields = ["code", "kind", "prefecture", "name", "label", "kana", "population", "parent", "second_factor_from"]
    formfield_overrides = {
        models.DateField: {"widget": forms.DateInput({"type": "date"}, format="%Y-%m-%d")},
    }

    def of_bodies(self, rows, bodies):
        """A body is its own row."""
        return rows.filter(pk__in=[body.pk for body in bodies])

    def get_readonly_fields(self, request, obj=None):
        """Its administrators set from when second factors are asked for, and read the rest; its code never changes."""
        if not request.user.is_superuser:
            return [name for name in self.fields if name != "second_factor_from"]
        return ["code"] if obj and obj.code else []


@admin.register(Department, site=site)
class DepartmentAdmin(ScopedAdmin):
    """Departments across bodies, for search; a department keeps its body."""

    adds = changes = ADMINISTRATORS
    list_display = ["name", "kana", "organization", "parent", "order"]
    search_fields = ["name", "kana", "organization__label"]
    autocomplete_fields = ["organization", "parent"]
    list_select_related = ["organization", "parent__organization"]

    def get_readonly_fields(self, request, obj=None):
        """Its body is chosen once."""
        return ["organization"] if obj else []
