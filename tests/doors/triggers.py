"""The deeds after which somebody must hear no more, as requests that a browser makes: by themselves, a keeper, an office.

Two lose a room, whose sockets stay open and are told; the others lose sessions, whose sockets close with 4001. Suspension
comes with communities; the reset of a lost second factor, which signs out everywhere, stands in its place.
"""
from dataclasses import dataclass

from ..cast import PASSWORD

NEW = "mado-wo-akete-hanasu-2026"


@dataclass(frozen=True)
class Trigger:
    """Who asks which path, with what. `{…}` stands for ids of the stage: room, person, affiliation, reset."""

    name: str
    by: str  # victim, other (the victim's second browser), keeper, administrator, operator, witness
    path: str
    form: dict
    loses: str  # room, here (this browser's session), others (but the asking browser's), all


TRIGGERS = [
    Trigger("removal", "keeper", "/chat/rooms/{room}/people/{person}/removal/", {}, "room"),
    Trigger("leaving", "victim", "/chat/rooms/{room}/leaving/", {}, "room"),
    Trigger("logout", "victim", "/account/logout/", {}, "here"),
    Trigger("remote sign-out", "other", "/account/sessions/end/", {}, "others"),
    Trigger(
        "password change", "other", "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}, "others",
    ),
    Trigger(
        "deactivation", "operator", "/admin/accounts/person/", {"action": "deactivate", "_selected_action": "{person}"}, "all",
    ),
    Trigger("verification withdrawn", "administrator", "/account/staff/{affiliation}/withdraw/", {"reason": "退職"}, "all"),
    Trigger("factor reset", "witness", "/account/reset/{reset}/confirm/", {}, "all"),
]


def request(trigger, ids):
    """`(path, form)` with the ids filled in."""
    return trigger.path.format(**ids), {name: value.format(**ids) for name, value in trigger.form.items()}
