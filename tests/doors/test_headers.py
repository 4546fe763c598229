"""The headers of what no route of the table answers: static files, error pages, an installation under https.

Every cell of the table has its own headers looked at (checks.tried).
"""
import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied
from django.test import Client, RequestFactory
from django.urls import path

from accounts.fences import PERMISSIONS
from config.urls import urlpatterns as ours

from ..chat.tab import session
from .headers import SWITCHED_OFF, lacking

PLACE = "engawa.city.fukaya.example"


def failing(request):
    """A page with a fault of its own."""
    raise RuntimeError("a fault")


def bad(request):
    """A page that finds the request bad."""
    raise BadRequest


def forbidden(request):
    """A page that refuses."""
    raise PermissionDenied


urlpatterns = [*ours, path("failing/", failing), path("bad/", bad), path("forbidden/", forbidden)]


@pytest.mark.urls("tests.doors.test_headers")
@pytest.mark.parametrize(("where", "status"), [
    ("/failing/", 500), ("/bad/", 400), ("/forbidden/", 403), ("/nowhere/", 404), ("/account/theme/", 405),
    ("/static/nothing.css", 404),
])
def test_an_error_page_is_fenced_as_any_other(people, where, status):
    client = session(people.member)
    client.raise_request_exception = False
    answer = client.get(where, headers={"accept": "text/html"})
    assert answer.status_code == status
    assert lacking(answer, "member") == ()
    assert b"a fault" not in answer.content and b"Traceback" not in answer.content


def test_what_is_refused_before_any_view_is_fenced(db):
    answers = [
        Client().generic("POST", "/account/login/", b"a", content_type="text/plain; charset=rot13"),
        Client().get("/account/login/", headers={"host": "evil.example"}),
        Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a"}),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 403]
    assert [lacking(answer) for answer in answers] == [()] * 3


@pytest.mark.parametrize("name", ["css/engawa.css", "js/chat.js"])
def test_a_static_file_is_fenced(db, name):
    answer = Client().get(f"/static/{name}")
    assert answer.status_code == 200 and lacking(answer) == ()


def test_what_is_switched_off_is_said_in_the_headers_own_grammar():
    assert re.fullmatch(r"[a-z-]+=\(\)(, [a-z-]+=\(\))*", PERMISSIONS)
    assert {part.partition("=")[0] for part in PERMISSIONS.split(", ")} >= SWITCHED_OFF


def test_a_looser_answer_would_be_noticed():
    """The reader of headers is worth as much as what it refuses."""
    good = Client().get("/static/css/engawa.css")
    for name in ("Content-Security-Policy", "X-Frame-Options", "Permissions-Policy", "Cross-Origin-Resource-Policy"):
        value = good.headers.pop(name)
        assert lacking(good)
        good.headers[name] = value
    good.headers["Content-Security-Policy"] += "; script-src 'unsafe-inline'"
    assert lacking(good)
    assert lacking(RequestFactory().get("/") and type(good)(iter(())), "member")


def in_production(tmp_path, *command):
    """Runs a command of manage.py in the environment of an installation under https."""
    environment = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
        "PUBLIC_URL": f"https://{PLACE}", "ENGAWA_VAR": str(tmp_path),
    }
    line = [sys.executable, "-W", "ignore", "manage.py", *command]
    return subprocess.run(line, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)


def test_the_check_for_deployment_has_nothing_to_say(tmp_path):
    done = in_production(tmp_path, "check", "--deploy", "--fail-level", "INFO")
    assert done.returncode == 0 and "no issues (0 silenced)" in done.stdout, done.stderr


UNDER_HTTPS = f"""
import json
from django.test import Client
client, known = Client(headers={{"host": "{PLACE}"}}), {{}}
for name, secure in (("plain", False), ("page", True)):
    answer = client.get("/account/login/", secure=secure)
    known[name] = [answer.status_code, dict(answer.headers), [str(cookie) for cookie in answer.cookies.values()]]
answer = client.post("/account/language/", {{"language": "en"}}, secure=True, headers={{"x-forwarded-proto": "https"}})
known["language"] = [answer.status_code, dict(answer.headers), [str(cookie) for cookie in answer.cookies.values()]]
print(json.dumps(known))
"""


def test_under_https_plain_http_leads_there_and_cookies_stay_on_it(tmp_path):
    """The proxy in front says X-Forwarded-Proto; without it a request came in the open."""
    script = UNDER_HTTPS.replace('client.get("/account/login/", secure=secure)', (
        'client.get("/account/login/", headers={"x-forwarded-proto": "https"} if secure else {})'
    ))
    done = in_production(tmp_path, "shell", "--verbosity", "0", "--command", script)
    assert done.returncode == 0, done.stderr
    known = json.loads(done.stdout.splitlines()[-1])
    status, headers, _cookies = known["plain"]
    assert status == 301 and headers["Location"] == f"https://{PLACE}/account/login/"
    status, headers, cookies = known["page"]
    assert status == 200 and headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    for cookie in [*cookies, *known["language"][2]]:
        assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie, cookie
    assert cookies and known["language"][2]
