"""What may come in by either door."""
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.text import PlainText

from .models import Draft, Room

BODY_BYTES = 64 * 1024


class WordsForm(forms.Form):
    """The words of a message, stored as sent; only the line ends of a browser's form become those of the socket."""

    body = forms.CharField(strip=False, error_messages={"required": _("本文を書いてください。")})

    def clean_body(self):
        """The words as they will be stored."""
        body = self.cleaned_data["body"].replace("\r\n", "\n")
        PlainText(lines=True)(body)
        if not body.strip():
            raise forms.ValidationError(_("本文を書いてください。"), code="required")
        if len(body.encode()) > BODY_BYTES:
            raise forms.ValidationError(_("1回に送れるのは、64 KiB（日本語で約2万字）までです。"), code="long")
        return body

    @property
    def refusal(self):
        """The code of a refused form: `long` or `invalid`."""
        return "long" if self.has_error("body", "long") else "invalid"


class MessageForm(WordsForm):
    """A new message: the browser's id, the words, and the audience change the writer has seen."""

    id = forms.UUIDField()
    audience = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)

    def draft(self):
        """The Draft for `Room.post`; call after `is_valid()`."""
        cleaned = self.cleaned_data
        return Draft(client_id=cleaned["id"], body=cleaned["body"], audience=cleaned["audience"])


class GroupForm(forms.ModelForm):
    """A new group room."""

    class Meta:
        model = Room
        fields = ["name", "topic"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class InviteForm(forms.Form):
    """Whom to bring into a room, and what they may read."""

    affiliation = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    history = forms.BooleanField(required=False)
    note = forms.CharField(max_length=200, required=False, validators=[PlainText()])
