"""Knocking: one visitor, one method, one route; what came back, and what of it every stranger's answer must share."""
import re
import uuid
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from .house import VISITORS, House, digest
from .routes import routes

JSON = "application/json"
REFUSED = {"wait", "shut", "400", "403", "404", "405"}
NEVER = 10**17  # an id that never was
PLACES = {"/account/login/": "in", "/account/pending/": "wait", "/admin/login/": "shut"}  # where a redirect leads
PASSING = {"Content-Length", "Date", "Expires", "Set-Cookie"}  # headers in which two equal answers may differ
QUERY = {"chat:changes": "after=0", "chat:older": "before=99"}


@contextmanager
def opened(blocker):
    """A Knocker in a house of its own, for a whole module; everything happens in a transaction that is never committed."""
    with blocker.unblock(), override_settings(ACCOUNT_RATE_LIMITS=False), transaction.atomic():
        yield Knocker(House())
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Reply:
    """What came back, in short and in full; `face` is what two doors that must look alike have in common."""

    outcome: str
    face: tuple
    everything: str


class Knocker:
    """Knows the house, the visitors' sessions, and what each route needs to be tried properly."""

    def __init__(self, house):
        self.house, self.routes, self.cookies = house, routes(), {}
        self.client = Client()  # one for all: each would build the middleware anew
        for name in VISITORS:
            client = Client()
            if person := house.visitors[name]:
                client.force_login(person)
            self.cookies[name] = client.cookies.output(header="", sep=";")
        self.forms, self.pristine = self._forms(), digest()

    def _forms(self):
        """A form each POST would accept from somebody who may."""
        c = self.house.cast
        waiting = c.pending.affiliations.get().pk
        return {
            "accounts:me": {"kana": "かな"}, "accounts:theme": {"theme": "dark"}, "accounts:language": {"language": "en"},
            "accounts:invite": {"email": "kanaria@city.fukaya.example"},
            "accounts:invitation": {"name": "氏名", "kana": "かな", "password": "engawa-de-hanasu-2026"},
            "accounts:confirm": {f"confirm-{waiting}-department": c.shimin.pk},
            "accounts:transfer": {"department": c.ict.pk, "on": timezone.localdate().isoformat()},
            "accounts:withdraw": {"reason": "退職"}, "accounts:contact": {"on": "1"}, "accounts:administrator": {"on": "1"},
            "chat:speak": {"affiliation": c.neighbour.affiliations.get().pk},
            "chat:new": {"name": "新しい部屋"},
            "chat:people_of": {"affiliation": c.neighbour.affiliations.get().pk},
            "chat:read": {"number": "1"},
            "chat:post": {"id": str(uuid.uuid4()), "body": "書く"}, "chat:edit": {"body": "直す"},
        }

    def ids(self, key, absent=False, own=True, room=None):
        """The arguments of a route: real ones, or such as never were."""
        c, route = self.house.cast, self.routes[key]
        waiting = key in ("accounts:confirm", "accounts:decline")
        row = (c.outsider if not own else c.pending if waiting else c.member).affiliations.get()
        model = re.search(r"admin/\w+/(\w+)/<path", route)
        values = {
            "room_id": (room or c.shared).pk, "number": 3, "person_id": c.neighbour.pk, "request_id": c.request.pk,
            "pk": self.house.invitation.pk if "invitation" in key else row.pk, "token": self.house.token,
            "object_id": self.house.objects(own)[model[1]].pk if model else c.shared.pk,
            "content_type_id": ContentType.objects.get_for_model(c.shared).pk,
        }
        if absent:
            values = dict.fromkeys(values, NEVER)
        values |= {"key": "nothing", "uidb36": "1", "app_label": "accounts", "url": "nothing/"}
        return {name: values[name] for name in re.findall(r"<(?:\w+:)?(\w+)>", route)}

    def url(self, key, **which):
        """The address of a route with those ids."""
        ids = self.ids(key, **which)
        if key == self.routes[key]:  # without a name
            path = "/" + re.sub(r"<\w+:(\w+)>|\(\?P<(\w+)>.*\)\$$", lambda m: str(ids[m[1] or m[2]]), key)
        else:
            path = reverse(key, kwargs=ids)
        return f"{path}?{QUERY[key]}" if key in QUERY else path

    def knock(self, visitor, method, key, form=None, **which):
        """Tries a door and returns its Reply. What a door did is undone; what a refusal did stays, to be found out."""
        data = self.forms.get(key, {}) if form is None else form
        with transaction.atomic():
            reply = self.ask(visitor, method, self.url(key, **which), data, JSON if key == "chat:post" else "text/html")
            if reply.outcome not in REFUSED and not (reply.outcome == "in" and visitor == "anonymous"):
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

    def ask(self, visitor, method, path, data=None, accept="text/html"):
        """One request as one visitor."""
        client = self.client
        client.cookies.clear()
        client.cookies.load(self.cookies[visitor])
        headers = {"accept": accept}
        if method in ("GET", "POST"):
            response = getattr(client, method.lower())(path, data, headers=headers)
        else:
            response = client.generic(method, path, headers=headers)
        return reply_of(response, path)


def reply_of(response, path):
    """The Reply in a response."""
    place = response.headers.get("Location", "").partition("?")[0]
    outcome = PLACES.get(place, str(response.status_code)) if response.status_code == 302 else str(response.status_code)
    text = response.getvalue().decode() if response.streaming else response.content.decode()
    face = re.sub(r'"x-csrftoken": "\w+"|name="csrfmiddlewaretoken" value="\w+"', "", text)
    headers = sorted((name, value) for name, value in response.headers.items() if name not in PASSING)
    return Reply(outcome, (response.status_code, headers, face), f"{response.headers}\n{response.cookies}\n{text}")
