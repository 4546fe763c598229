"""Forms of sign-in, registration and the administrators' page."""
from allauth.account import forms as allauth
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, Value
from django.db.models.functions import Replace
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import passwords
from .addresses import validate_address
from .models import Affiliation, Department, Organization, Person
from .text import PlainText


class Look:
    """Mixin: the controls of the look, no placeholder instead of a label, and its words for an empty field."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = _("入力してください。")
            field.widget.attrs.pop("placeholder", None)
            if not isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs["class"] = "input"

    def label(self, name, label, hint=""):
        """Gives a field of a form that came from elsewhere our words."""
        if name in self.fields:
            self.fields[name].label, self.fields[name].help_text = label, hint


class LoginForm(Look, allauth.LoginForm):
    """Address and password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label("login", _("職場のメールアドレス"))
        self.label("password", _("パスワード"))
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class NameFields(forms.Form):
    """氏名 and ふりがな, as on a staff card."""

    name = forms.CharField(
        label=_("氏名"), max_length=60, validators=[PlainText()], widget=forms.TextInput({"autocomplete": "name"}),
        help_text=_("名札に出ます。職員証と同じ文字で書いてください。"),
    )
    kana = forms.CharField(label=_("ふりがな"), max_length=120, validators=[PlainText()])

    def weigh(self, field, email):
        """Refuses a password that is too short, or made of what everybody knows about this person."""
        data = self.cleaned_data
        somebody = Person(email=email, name=data.get("name", ""), kana=data.get("kana", ""))
        if password := data.get(field):
            try:
                password_validation.validate_password(password, somebody)
            except ValidationError as error:
                self.add_error(field, error)


class SignupForm(Look, NameFields, allauth.SignupForm):
    """Registration by oneself. The body follows from the address; a human of that body confirms later."""

    # Not allauth's field: it lowers the address before we look, and the Kelvin sign in lower case is an ASCII k.
    email = forms.CharField(
        label=_("職場のメールアドレス"), max_length=190,
        widget=forms.TextInput({"type": "email", "autocomplete": "username"}),
        help_text=_("団体は、アドレスの@より後ろで決まります。"),
    )
    field_order = ["email", "name", "kana", "password1", "password2"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label("email", _("職場のメールアドレス"), self.base_fields["email"].help_text)
        self.label("password1", _("パスワード"), passwords.HINT)
        self.label("password2", _("パスワード（もう一度）"))

    def clean_email(self):
        """The address as it will be stored; its domain names the body, or nobody comes in."""
        address, domain = validate_address(self.cleaned_data["email"])
        self.organization = Organization.objects.for_domain(domain)
        if self.organization is None:
            raise ValidationError(
                _("@%(domain)s の団体は、まだ登録していません。お使いになるには、団体からの申請が必要です。"),
                code="domain", params={"domain": domain},
            )
        return self.validate_unique_email(address)

    def clean(self):
        data = super().clean()
        self.weigh("password1", data.get("email", ""))  # allauth asks without the name; what it refused stands here no more
        return data

    def try_save(self, request):
        """As allauth's; two registrations of one address at the same moment end like an address already known."""
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)

    def custom_signup(self, request, user):
        """The rest of the person, and the affiliation that waits for confirmation."""
        user.name, user.kana = self.cleaned_data["name"], self.cleaned_data["kana"]
        user.save(update_fields=["name", "kana"])
        Affiliation.objects.create(person=user, organization=self.organization)


class ResetPasswordForm(Look, allauth.ResetPasswordForm):
    """Where to send the link for a new password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label("email", _("職場のメールアドレス"))


class NewPassword(Look):
    """Mixin of the forms that set a new password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label("oldpassword", _("今のパスワード"))
        self.label("password1", _("新しいパスワード"), passwords.HINT)
        self.label("password2", _("新しいパスワード（もう一度）"))


class ResetPasswordKeyForm(NewPassword, allauth.ResetPasswordKeyForm):
    """A new password, by the link in a letter."""


class ChangePasswordForm(NewPassword, allauth.ChangePasswordForm):
    """A new password, by the old one."""


class InvitationAcceptForm(Look, NameFields):
    """What an invited person says about themselves. `email` is where the invitation went."""

    password = forms.CharField(
        label=_("パスワード"), strip=False, help_text=passwords.HINT,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args, email, **kwargs):
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self):
        data = super().clean()
        self.weigh("password", self.email)
        return data


class KanaForm(Look, forms.ModelForm):
    """How one's own name is read."""

    class Meta:
        model = Person
        fields = ["kana"]


class BodyForm(Look, forms.Form):
    """A form of the administrators' page: its departments are those of the bodies given."""

    def __init__(self, *args, bodies, **kwargs):
        super().__init__(*args, **kwargs)
        if field := self.fields.get("department"):
            field.queryset = Department.objects.filter(organization__in=bodies)
            field.label_from_instance = (lambda d: d.name) if len(bodies) == 1 else str


def _department(**options):
    return forms.ModelChoiceField(Department.objects.none(), label=_("組織"), **options)


def _title():
    return forms.CharField(label=_("役職"), required=False, max_length=60, validators=[PlainText()])


class ConfirmForm(BodyForm):
    """Where somebody who is confirmed works."""

    department = _department(required=False, empty_label=_("あとで決める"))
    title = _title()


class InviteForm(BodyForm):
    """Whom to invite."""

    email = forms.CharField(
        label=_("職場のメールアドレス"), max_length=190, widget=forms.TextInput({"type": "email", "autocomplete": "off"})
    )
    department = _department(required=False, empty_label=_("あとで決める"))
    title = _title()


class TransferForm(BodyForm):
    """Where somebody works next, and from which day."""

    department = _department(empty_label=_("選んでください"))
    title = _title()
    on = forms.DateField(
        label=_("異動の日"), initial=timezone.localdate, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class WithdrawForm(Look, forms.Form):
    """Why a confirmation is taken back."""

    reason = forms.CharField(
        label=_("理由"), max_length=200, validators=[PlainText()], help_text=_("記録に残ります。例：退職、出向の終了")
    )


class ResetForm(Look, forms.Form):
    """Who witnesses that somebody of the body lost their second factors, and why they are deleted."""

    witness = forms.CharField(
        label=_("立ち会う職員の氏名かアドレス"), max_length=190, help_text=_("同じ団体の、あなたと本人のほかの職員です。"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("理由"), max_length=200, validators=[PlainText()],
        help_text=_("記録に残ります。例：電話をなくした、機種を替えた"),
    )

    def __init__(self, *args, organization=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.organization = organization

    def clean_witness(self):
        """The one Person standing in the body with this name or address."""
        words = "".join(self.cleaned_data["witness"].split())
        staff = Affiliation.objects.standing().filter(organization=self.organization).annotate(
            plain_name=Replace("person__name", Value(" "), Value(""))
        )
        found = Person.objects.filter(pk__in=staff.filter(Q(plain_name=words) | Q(person__email=words.lower())).values("person"))
        if len(found) != 1:
            raise ValidationError(
                _("その氏名かアドレスの職員が見つかりません。同じ氏名の人がいるときは、アドレスを入れてください。")
            )
        return found[0]


class StaffSearch(BodyForm):
    """Which of the staff to list."""

    class State:
        """Who else but those who stand today."""

        COMING, WITHDRAWN, ENDED = "coming", "withdrawn", "ended"

    q = forms.CharField(label=_("氏名、ふりがな"), required=False, max_length=60)
    department = _department(required=False, empty_label=_("すべての組織"))
    state = forms.ChoiceField(
        label=_("状態"), required=False,
        choices=[
            ("", _("確認済み")), (State.COMING, _("これからの異動")), (State.WITHDRAWN, _("確認を取り消した人")),
            (State.ENDED, _("終わった所属")),
        ],
    )
