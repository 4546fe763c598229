"""People and their affiliations."""
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import letters
from ..models import Affiliation, Organization, Person
from ..text import PlainText
from .site import ADMINISTRATORS, OPERATORS, Picker, Scoped, ScopedAdmin, site


class AffiliationInline(Scoped, admin.TabularInline):
    """Where a person works, as far as the reader reaches."""

    model = Affiliation
    extra = 0
    fields = readonly_fields = ["organization", "department", "title", "starts", "ends", "is_primary", "is_administrator"]
    show_change_link = True


class RegistrationForm(forms.ModelForm):
    """A person on a recorded application: usually the first administrator of a body."""

    organization = forms.ModelChoiceField(
        Organization.objects.all(), label=_("団体"),
        widget=Picker(Affiliation._meta.get_field("organization"), site),
    )
    title = forms.CharField(label=_("役職"), required=False, max_length=60, validators=[PlainText()])
    is_administrator = forms.BooleanField(label=_("団体の管理者"), required=False, initial=True)

    class Meta:
        model = Person
        fields = ["email", "name", "kana"]

    def clean(self):
        data = super().clean()
        if data.get("email") and data.get("organization"):
            try:
                data["email"] = Affiliation.objects.check_address(data["email"], data["organization"])
            except ValidationError as refusal:
                self.add_error("email", refusal)
        return data


@admin.register(Person, site=site)
class PersonAdmin(ScopedAdmin):
    """Name and kana may be put right; address, password and powers are not set here."""

    adds, changes = OPERATORS, ADMINISTRATORS
    list_display = ["name", "kana", "email", "is_active", "joined"]
    list_filter = ["is_active"]
    search_fields = ["name", "kana", "email"]
    search_help_text = _("氏名、ふりがな、メールアドレスで探せます。")
    readonly_fields = ["email", "is_active", "joined"]
    fields = ["name", "kana", "email", "is_active", "joined"]
    inlines = [AffiliationInline]
    actions = ["deactivate", "reactivate"]

    def of_bodies(self, rows, bodies):
        """Everybody who is or was with these bodies, or waits for them."""
        return rows.filter(pk__in=Affiliation.objects.filter(organization__in=bodies).values("person"))

    def has_change_permission(self, request, obj=None):
        """A body puts right the names of people who are with it or wait for it, not of those who have left."""
        if obj is None or request.user.is_superuser:
            return super().has_change_permission(request, obj)
        with_us = obj.affiliations.filter(organization__in=request.user.administered)
        return with_us.standing().exists() or with_us.pending().exists()

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Adding a person is a registration."""
        if obj is None:
            kwargs["form"] = RegistrationForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request, obj=None):
        """A registration asks for the body too."""
        return self.fields if obj else ["email", "name", "kana", "organization", "title", "is_administrator"]

    def get_readonly_fields(self, request, obj=None):
        """Only a registration takes an address."""
        return self.readonly_fields if obj else []

    def get_inlines(self, request, obj):
        """A registration makes its affiliation itself."""
        return self.inlines if obj else []

    def save_model(self, request, obj, form, change):
        """Stores a corrected name; or registers, and writes the letter with the link for a password."""
        if change:
            return super().save_model(request, obj, form, change)
        data = form.cleaned_data
        affiliation = Affiliation.objects.register(
            request.user, obj, data["organization"], data["title"], data["is_administrator"]
        )
        letters.registered(affiliation)

    @admin.action(description=_("選んだ人の利用を止める"), permissions=["add"])
    def deactivate(self, request, rows):
        """Operators only: a body withdraws its confirmation instead, which leaves the person's other bodies alone."""
        self.done(request, rows.exclude(pk=request.user.pk), lambda person: person.deactivate(), gettext("利用を止めました。"))

    @admin.action(description=_("選んだ人の利用を再開する"), permissions=["add"])
    def reactivate(self, request, rows):
        """Operators only, as the deed it undoes."""
        self.done(request, rows.filter(is_active=False), lambda person: person.reactivate(), gettext("利用を再開しました。"))


class ReasonForm(ActionForm):
    """The actions of affiliations, with the reason a withdrawal needs."""

    reason = forms.CharField(label=_("取り消す理由"), required=False, max_length=200, validators=[PlainText()])


@admin.register(Affiliation, site=site)
class AffiliationAdmin(ScopedAdmin):
    """Read here; confirmed and withdrawn by the deeds of the model, with their refusals."""

    list_display = ["person", "organization", "department", "title", "state", "starts", "ends", "is_administrator", "is_contact"]
    list_filter = ["is_administrator", "is_contact", "is_primary"]
    list_select_related = ["person", "organization", "department__organization", "verification"]
    search_fields = ["person__name", "person__kana", "person__email", "organization__label", "department__name"]
    search_help_text = _("氏名、ふりがな、メールアドレス、団体、組織で探せます。")
    fields = readonly_fields = [
        "person", "organization", "department", "title", "starts", "ends", "is_primary", "is_administrator", "is_contact",
        "state",
    ]
    action_form = ReasonForm
    actions = ["confirm", "withdraw"]

    @admin.display(description=_("確認"))
    def state(self, row):
        """Confirmed, waiting, or withdrawn."""
        record = getattr(row, "verification", None)
        if record is None:
            return gettext("確認待ち")
        return gettext("取り消し") if record.withdrawn_at else gettext("確認済み")

    @admin.action(description=_("選んだ所属を確認する"), permissions=["view"])
    def confirm(self, request, rows):
        """Vouches for each, and tells them."""
        def deed(row):
            row.confirm(request.user)
            letters.confirmed(row)

        self.done(request, rows, deed, gettext("確認しました。"))

    @admin.action(description=_("選んだ所属の確認を取り消す"), permissions=["view"])
    def withdraw(self, request, rows):
        """Takes the word back, for a reason that is written down."""
        reason = request.POST.get("reason", "").strip()
        form = ReasonForm({**request.POST.dict(), "reason": reason})
        form.fields["action"].choices = self.get_action_choices(request)
        if not reason or not form.is_valid():
            self.message_user(request, gettext("取り消す理由を書いてください。"), messages.ERROR)
            return
        self.done(request, rows, lambda row: row.withdraw(request.user, reason), gettext("確認を取り消しました。"))
