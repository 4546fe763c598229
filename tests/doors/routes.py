"""What doors there are, read from the code and never from a list: the URLconf, the socket's frames, the admin's actions."""
from django.urls import get_resolver

from accounts.admin import site
from chat.consumers import Door


def routes():
    """`{key: route}` of every pattern, the admin's too. The key is the name with its namespace, or the route if it has none."""
    return dict(walk())


def walk(patterns=None, prefix="", names=()):
    """Every pattern as `(key, route)`."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from walk(pattern.url_patterns, route, (*names, pattern.namespace) if pattern.namespace else names)
        else:
            yield (":".join([*names, pattern.name]) if pattern.name else route), route


def frames():
    """The kinds of frame the socket takes."""
    return set(Door.FRAMES)


def actions():
    """`model:action` of every action an admin page could offer, whoever asks."""
    found = set()
    for model, page in site._registry.items():
        found |= {f"{model._meta.label_lower}:{name}" for _function, name, _label in page._get_base_actions()}
    return found
