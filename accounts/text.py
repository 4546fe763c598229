"""What text may enter at all. Stored text is never normalised: 侮 (U+FA30) would silently become another character."""
import re

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

# Direction overrides and isolates make text read differently from what it says; surrogates and NUL no database holds.
_DIRECTION = "\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c"
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
_FORBIDDEN = re.compile(f"[{_CONTROL}{_DIRECTION}]")
_FORBIDDEN_IN_LINE = re.compile(f"[{_CONTROL}{_DIRECTION}\t\n\r\u2028\u2029]")
# Zero-width characters inside a name let two different people look alike. Variation selectors (葛󠄀) are honest.
_INVISIBLE = re.compile("[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2064\u3164\ufeff\uffa0]")


@deconstructible
class PlainText:
    """Validator: no control characters, no direction overrides; with `lines`, tabs and line breaks may stand."""

    code = "characters"

    def __init__(self, lines=False):
        self.lines = lines

    def __call__(self, value):
        if (_FORBIDDEN if self.lines else _FORBIDDEN_IN_LINE).search(value):
            raise ValidationError(_("使えない文字（制御文字や、向きを変える文字）が入っています。"), code=self.code)
        if not self.lines and _INVISIBLE.search(value):
            raise ValidationError(_("目に見えない文字が入っています。"), code=self.code)

    def __eq__(self, other):
        return isinstance(other, PlainText) and self.lines == other.lines

    def __hash__(self):
        return hash(self.lines)
