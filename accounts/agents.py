"""What a User-Agent says, in rough words: enough to know one's own machine again, and no more."""
import re

from django.utils.translation import gettext as _

# The first that matches counts: Edge calls itself Chrome too, Chrome calls itself Safari, an iPhone calls itself Mac OS X.
BROWSERS = [
    ("Edge", r"\bEdg(e|A|iOS)?/"), ("Opera", r"\bOPR/"), ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|CriOS|Chromium|HeadlessChrome)/"), ("Safari", r"\bSafari/"),
]
SYSTEMS = [
    ("iPhone", r"\biPhone\b"), ("iPad", r"\biPad\b"), ("Android", r"\bAndroid\b"), ("Windows", r"\bWindows\b"),
    ("Chromebook", r"\bCrOS\b"), ("Mac", r"\bMac(intosh| OS X)\b"), ("Linux", r"\bLinux\b"),
]


def _first(kinds, agent):
    return next((name for name, pattern in kinds if re.search(pattern, agent)), "")


def described(agent):
    """Takes a User-Agent, returns words like 「Windows の Edge」. It is what the browser says of itself, and may be untrue."""
    browser, system = _first(BROWSERS, agent), _first(SYSTEMS, agent)
    if browser and system:
        return _("%(system)s の %(browser)s") % {"system": system, "browser": browser}
    return browser or system or _("種類のわからない端末")
