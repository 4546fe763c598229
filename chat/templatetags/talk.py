"""How stored text is shown."""
import re

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe

register = template.Library()

# Only ASCII belongs to a bare address: 「https://example.lg.jp/を見て」 must not swallow the words that follow it.
_LINK = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*)?")
_TRAILING = ".,:;!?'"


def _linked(line):
    """Escapes one line and makes its bare http(s) addresses links."""
    parts, end = [], 0
    for match in _LINK.finditer(line):
        address = match[0].rstrip(_TRAILING)
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1]
        parts += [escape(line[end:match.start()])]
        parts += [format_html('<a href="{0}" rel="noopener noreferrer" target="_blank">{0}</a>', address)]
        end = match.start() + len(address)
    return "".join([*parts, escape(line[end:])])


@register.filter
def words(body):
    """A message's text as HTML: escaped, paragraphs at empty lines, breaks kept, addresses as links."""
    paragraphs = re.split(r"\n{2,}", body.strip("\n"))
    return mark_safe("".join("<p>" + "<br>".join(map(_linked, p.split("\n"))) + "</p>" for p in paragraphs))


@register.filter
def initial(name):
    """The first character of a name, with its variation selector if it has one (葛󠄀)."""
    second = name[1:2]
    return name[:1] + (second if second and ("\ufe00" <= second <= "\ufe0f" or "\U000e0100" <= second <= "\U000e01ef") else "")
