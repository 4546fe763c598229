"""Knocking: one visitor, one method, one route; what came back, and what of it every stranger's answer must share."""
import logging
import re
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.handlers.base import BaseHandler
from django.db import transaction
from django.test import Client, RequestFactory, override_settings
from django.test.client import conditional_content_removal
from django.urls import reverse
from django.utils import timezone

from accounts.models import Session

from ..cast import PASSWORD
from . import headers
from .house import House, digest
from .routes import routes
from .things import NEVER, objects
from .triggers import NEW

JSON = "application/json"
REFUSED = {"wait", "shut", "more", "anew", "400", "403", "404", "405"}
# Where a redirect leads.
PLACES = {
    "/account/login/": "in", "/account/pending/": "wait", "/admin/login/": "shut", "/account/factors/": "more",
    "/account/reauthenticate/": "anew",
}
PASSING = {"Content-Length", "Date", "Expires", "Set-Cookie"}  # headers in which two equal answers may differ
QUERY = {"chat:changes": "after=0", "chat:older": "before=99"}


@contextmanager
def opened(blocker):
    """A Knocker in a house of its own, for a whole module; everything happens in a transaction that is never committed."""
    logs = [logging.getLogger(name) for name in ("django.request", "django.security.csrf")]
    with blocker.unblock(), override_settings(ACCOUNT_RATE_LIMITS=False), transaction.atomic():
        for log in logs:  # thousands of refusals are asked for here
            log.disabled = True
        try:
            yield Knocker(House())
        finally:
            for log in logs:
                log.disabled = False
            transaction.set_rollback(True)


@dataclass(frozen=True)
class Reply:
    """What came back, in short and in full; `face` is what two doors that must look alike have in common."""

    outcome: str
    face: tuple
    everything: str
    bare: tuple  # what its headers lack (headers.py)


class Knocker:
    """Knows the house, the visitors' sessions, and what each route needs to be tried properly."""

    def __init__(self, house):
        self.house, self.routes = house, routes()
        self.cookies = {name: cookies(name, person) for name, person in house.visitors.items()}
        self.factory = RequestFactory()
        self.rebuild()
        c = house.cast
        self.objects = {model: row.pk for model, row in objects(house).items()} | {
            "_reset": house.reset.pk, "mfa": house.factor.pk, "session": house.session.ref, "neighbour": c.neighbour.pk,
            "request": c.request.pk, "waiting": c.pending.affiliations.get().pk,
            "type": ContentType.objects.get_for_model(c.shared).pk,
        }
        self.forms, self.pristine, self.cells = self._forms(), digest(), set()

    def rebuild(self):
        """Puts the middleware together (anew)."""
        self.handler = BaseHandler()
        self.handler.load_middleware()

    def _forms(self):
        """A form each POST would accept from somebody who may."""
        c = self.house.cast
        waiting = c.pending.affiliations.get().pk
        return {
            "account_change_password": {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
            "accounts:me": {"kana": "かな"}, "accounts:theme": {"theme": "dark"}, "accounts:language": {"language": "en"},
            "accounts:invite": {"email": "kanaria@city.fukaya.example"},
            "accounts:invitation": {"name": "氏名", "kana": "かな", "password": PASSWORD},
            "accounts:confirm": {f"confirm-{waiting}-department": c.shimin.pk},
            "accounts:transfer": {"department": c.ict.pk, "on": timezone.localdate().isoformat()},
            "accounts:withdraw": {"reason": "退職"}, "accounts:contact": {"on": "1"}, "accounts:administrator": {"on": "1"},
            "chat:speak": {"affiliation": c.neighbour.affiliations.get().pk},
            "chat:new": {"name": "新しい部屋"},
            "chat:people_of": {"affiliation": c.neighbour.affiliations.get().pk},
            "chat:read": {"number": "1"},
            "chat:post": {"id": str(uuid.uuid4()), "body": "書く"}, "chat:edit": {"body": "直す"},
        }

    def parameters(self, key):
        """The names in a route's address."""
        return re.findall(r"<(?:\w+:)?(\w+)>", self.routes[key])

    def model(self, key):
        """The model an admin page shows a row of, or None."""
        found = re.search(r"admin/\w+/(\w+)/<path", self.routes[key])
        return found and found[1]

    def ids(self, key, **given):
        """The arguments of a route: those given, else such as the doors table speaks of."""
        return {name: (self.named(key) | given)[name] for name in self.parameters(key)}

    def named(self, key):
        """What each parameter of an address is filled with."""
        waiting = key in ("accounts:confirm", "accounts:decline")
        rows = self.objects
        return {
            "room_id": rows["room"], "number": 3, "person_id": rows["neighbour"], "request_id": rows["request"],
            "pk": rows[next((word for word in ("invitation", "_reset", "mfa") if word in key and key != "accounts:ask_reset"),
                            "waiting" if waiting else "affiliation")], "ref": rows["session"],
            "object_id": rows[self.model(key) or "room"], "content_type_id": rows["type"], "token": self.house.token,
            "key": "nothing", "uidb36": "1", "app_label": "accounts", "url": "nothing/",
        }

    def url(self, key, **ids):
        """The address of a route with those ids."""
        ids = self.ids(key, **ids)
        if key == self.routes[key]:  # without a name
            path = "/" + re.sub(r"<\w+:(\w+)>|\(\?P<(\w+)>.*\)\$$", lambda m: str(ids[m[1] or m[2]]), key)
        else:
            path = reverse(key, kwargs=ids)
        return f"{path}?{QUERY[key]}" if key in QUERY else path

    def absent(self, key):
        """Ids that never were, for the parameters that name a thing."""
        things = set(self.parameters(key)) - {"key", "uidb36", "app_label", "url", "content_type_id"}
        return {name: UUID(int=NEVER) if name == "ref" else NEVER for name in things}

    def knock(self, visitor, method, key, form=None, **ids):
        """Tries a door and returns its Reply. What a door did is undone; what a refusal did stays, to be found out."""
        data = self.forms.get(key, {}) if form is None else form
        with transaction.atomic():
            reply = self.ask(visitor, method, self.url(key, **ids), data, JSON if key == "chat:post" else "text/html")
            if reply.outcome not in REFUSED and (reply.outcome != "in" or visitor not in headers.SIGNED_OUT):
                transaction.set_rollback(True)
        return reply

    @contextmanager
    def row(self):
        """Around the visitors of one row: at its end nothing of ours may have changed."""
        with transaction.atomic():
            yield
            changed = digest() != self.pristine
            transaction.set_rollback(True)
        assert not changed, "a refusal changed something"

    def leaks(self, visitor, reply, key=None):
        """The canaries in a reply that this visitor may not read."""
        return [
            word for word, readers in self.house.may_see.items()
            if word in reply.everything and visitor not in readers and word not in self.house.on_the_door.get(key, ())
        ]

    def ask(self, visitor, method, path, data=None, accept="text/html", token=True):
        """One request as one visitor; without the token, as another site's form would make it."""
        given = {"headers": {"accept": accept, "cookie": self.cookies[visitor]}}
        if method in ("GET", "POST"):
            request = getattr(self.factory, method.lower())(path, data, **given)
        else:
            request = self.factory.generic(method, path, **given)
        request._dont_enforce_csrf_checks = token
        response = conditional_content_removal(request, self.handler.get_response(request))
        return reply_of(response, path, visitor)


def cookies(name, person):
    """The Cookie header of a visitor: everybody but the anonymous one brings a session, alive or not."""
    client = Client()
    if person:
        client.force_login(person)
    over = {"expired": {"expire_date": timezone.now()}, "idle": {"seen": timezone.now() - settings.SESSION_IDLE}}
    if name in over:
        Session.objects.filter(pk=client.cookies[settings.SESSION_COOKIE_NAME].value).update(**over[name])
    return client.cookies.output(header="", attrs=[], sep=";").strip()


def reply_of(response, path, visitor):
    """The Reply in a response."""
    place = response.headers.get("Location", "").partition("?")[0]
    outcome = PLACES.get(place, str(response.status_code)) if response.status_code == 302 else str(response.status_code)
    text = response.getvalue().decode() if response.streaming else response.content.decode()
    face = re.sub(r'"x-csrftoken": "\w+"|name="csrfmiddlewaretoken" value="\w+"', "", text)
    # To the door one comes back through the sign-in to, and why one's session is over: only the visitor's own words.
    own = re.compile(r"(next|ended)=[^&]*&?")
    names = sorted((name, own.sub("", value).rstrip("?&")) for name, value in response.headers.items() if name not in PASSING)
    everything = f"{response.headers}\n{response.cookies}\n{told(response.cookies)}\n{text}"
    return Reply(outcome, (response.status_code, names, face), everything, headers.lacking(response, visitor))


def told(cookies: SimpleCookie):
    """The words that wait in the cookie for the next page, where they are packed."""
    if not (packed := cookies.get(CookieStorage.cookie_name)) or not packed.value:
        return ""
    return "\n".join(str(message) for message in CookieStorage(RequestFactory().get("/"))._decode(packed.value) or ())


