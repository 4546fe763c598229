"""The site, and the one rule of reach that every page of it follows."""
from allauth.account.adapter import get_adapter
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

NOBODY, OPERATORS, ADMINISTRATORS = range(3)  # who may add, change or delete what they reach


class Site(admin.AdminSite):
    """Only what this project registers (no groups, no permission tables); one way in and one way out."""

    site_header, site_title, index_title = _("Engawa 管理"), _("Engawa 管理"), _("登録と記録")
    empty_value_display = "—"

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        """Sign-in is allauth's. Who is signed in and comes here lacks the power."""
        if not request.user.is_authenticated:
            target = request.GET.get("next") or reverse("admin:index")
            return redirect(f"{reverse('account_login')}?{urlencode({'next': target})}")
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.standings:
            raise PermissionDenied
        raise Http404

    @method_decorator(require_POST)
    def logout(self, request, extra_context=None):
        """Ends the session by our adapter, which also closes its sockets."""
        get_adapter().logout(request)
        return redirect("account_login")

    def password_change(self, request, extra_context=None):
        """Changing it is allauth's too."""
        return redirect("account_change_password")


site = Site(name="admin")


class Picker(AutocompleteSelect):
    """Django's asks the database for whatever word came in as the row's number; ours only for numbers."""

    def optgroups(self, name, value, attr=None):
        """The chosen row's words."""
        return super().optgroups(name, [pk for pk in value if str(pk).isascii() and str(pk).isdigit()], attr)


class Scoped:
    """Mixin of every admin and inline here: operators reach all rows, a body's administrators those of their bodies.

    `body` is the lookup from a row to its body; None means operators only. Nothing is added, changed or deleted unless a
    class says by whom.
    """

    body = "organization"
    adds = changes = deletes = NOBODY
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request):
        """The rows within reach."""
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else self.of_bodies(rows, request.user.administered)

    def of_bodies(self, rows, bodies):
        """Those of the rows that belong to these bodies."""
        return rows.filter(**{f"{self.body}__in": bodies}) if self.body else rows.none()

    def reaches(self, request, obj=None):
        """Whether this row (or, without one, this kind of row) is within reach."""
        if request.user.is_superuser:
            return True
        if self.body is None or not request.user.administered:
            return False
        return obj is None or self.get_queryset(request).filter(pk=obj.pk).exists()

    def may(self, who, request, obj=None):
        """Whether this person is one of those named, and the row within reach."""
        return who is not NOBODY and (who is ADMINISTRATORS or request.user.is_superuser) and self.reaches(request, obj)

    def has_module_permission(self, request):
        """Whether the index shows this kind of row."""
        return request.user.is_authenticated and self.reaches(request)

    def has_view_permission(self, request, obj=None):
        """What is within reach may be seen; an inline asks with its parent, and its queryset limits the rows."""
        return self.reaches(request, None if isinstance(self, admin.options.InlineModelAdmin) else obj)

    def has_add_permission(self, request, obj=None):
        """As `adds` says; `obj` is the parent of an inline row, which its own page has checked."""
        return self.may(self.adds, request)

    def has_change_permission(self, request, obj=None):
        """As `changes` says."""
        return self.may(self.changes, request, None if isinstance(self, admin.options.InlineModelAdmin) else obj)

    def has_delete_permission(self, request, obj=None):
        """As `deletes` says."""
        return self.may(self.deletes, request)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """A choice offers, and accepts, only rows within reach."""
        if related := self.admin_site._registry.get(db_field.remote_field.model):
            kwargs["queryset"] = related.get_queryset(request)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = Picker(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def lookup_allowed(self, lookup, value, request=None):
        """Only the filters on the page: Django would answer questions about any column, a password's hash among them."""
        return any(lookup == name or lookup.startswith(f"{name}__") for name in self.list_filter)


class ScopedAdmin(Scoped, admin.ModelAdmin):
    """An admin page within reach; deletion is no deed of this house."""

    actions_on_bottom = False

    def changelist_view(self, request, extra_context=None):
        """The list; a NUL among the filters, on which PostgreSQL would fail, is refused (400)."""
        if any("\0" in word for words in request.GET.lists() for word in words[1]):
            raise BadRequest
        return super().changelist_view(request, extra_context)

    def get_actions(self, request):
        """Ours, without Django's deletion."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def done(self, request, rows, deed, words):
        """Runs a deed of the model on each row; refusals are said, what was done is logged."""
        for row in rows:
            try:
                with transaction.atomic():
                    deed(row)
                    self.log_change(request, row, words)
            except PermissionDenied:
                self.message_user(request, gettext("%(row)s：この操作はできません。") % {"row": row}, messages.ERROR)
            except ValidationError as refusal:
                told = gettext("%(row)s：%(words)s") % {"row": row, "words": " ".join(refusal.messages)}
                self.message_user(request, told, messages.ERROR)
            else:
                self.message_user(request, gettext("%(row)s：%(words)s") % {"row": row, "words": words}, messages.SUCCESS)
