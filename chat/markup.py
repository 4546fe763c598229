"""A message's markup: rendered once per message, change and process, for nobody in particular, without interface words."""
from collections import OrderedDict
from threading import Lock

from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.timezone import localtime
from jinja2 import Environment, StrictUndefined

from .templatetags.talk import initial, words

KEPT = 4_000  # markups, about 1.5 KiB each

_kept: OrderedDict[tuple, str] = OrderedDict()
_lock = Lock()


def environment(**options):
    """Jinja's environment (settings.TEMPLATES): what is rendered for every message takes a tenth of the time there."""
    made = Environment(**options | {"undefined": StrictUndefined})
    made.globals["static"] = static
    made.filters |= {"initial": initial, "words": words}
    return made


def markup(message):
    """Takes a message from `Message.objects.shown()`, returns its HTML; the same for every reader and every door."""
    # A name corrected by an administrator shows at once, though the message itself has not changed.
    key = (message.pk, message.change, message.author.name)
    with _lock:  # the door that answers and the hub often ask at the same moment
        html = _kept.get(key)
        if html is None:
            html = _kept[key] = _rendered(message)
            if len(_kept) > KEPT:
                _kept.popitem(last=False)
    return html


def _rendered(message):
    context = {"message": message, "at": localtime(message.posted_at)}
    return render_to_string("chat/_message.jinja", context, using="jinja2").strip()


def item(message):
    """What frames and answers carry of a message: `[number, html]`."""
    return [message.number, markup(message)]
