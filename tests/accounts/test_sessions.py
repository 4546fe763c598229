"""Where somebody is signed in: limits, one's own list, ending from elsewhere, and the letter about a new browser."""
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import browsers, tasks
from accounts.models import Mail, Session
from chat import snapshots
from tests.cast import PASSWORD, fresh

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/19.0 Mobile Safari/604"


def sign_in(person, agent=EDGE, client=None):
    """A browser signed in through the page."""
    client = client or Client(headers={"user-agent": agent})
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


def row(client):
    """The row of this browser's session."""
    return Session.objects.get(pk=client.cookies[settings.SESSION_COOKIE_NAME].value)


def aged(client, **ago):
    """Moves what a session remembers into the past: `seen=` or `expire_date=` a timedelta."""
    changes = {name: timezone.now() - distance for name, distance in ago.items()}
    Session.objects.filter(pk=row(client).pk).update(**changes)


def is_in(client, **headers):
    return client.get(reverse("accounts:me"), headers=headers).status_code == 200


def test_a_session_knows_whose_it_is_since_when_and_from_where(people):
    before = timezone.now()
    found = row(sign_in(people.member))
    assert found.person == people.member and found.address == "127.0.0.1" and found.device == "Windows の Edge"
    assert before <= found.started <= found.seen <= timezone.now()
    assert abs((found.expire_date - found.started) - timedelta(hours=12)) < timedelta(seconds=5)


def test_the_cookie_lives_as_long_as_the_browser(people):
    cookie = sign_in(people.member).cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["max-age"], cookie["expires"], cookie["httponly"], cookie["samesite"]) == ("", "", True, "Lax")


def test_a_long_user_agent_is_cut_and_a_nul_taken_out(people):
    found = row(sign_in(people.member, "Mozilla\0" + "x" * 5_000))
    assert len(found.agent) <= 300 and "\0" not in found.agent


# -- limits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ago", "why"), [
    ({"seen": timedelta(minutes=61)}, "idle"), ({"expire_date": timedelta(seconds=1)}, "long"),
    ({"seen": timedelta(minutes=61), "expire_date": timedelta(seconds=1)}, "long"),
])
def test_an_old_session_is_over_for_pages_and_sockets_and_says_why(people, ago, why):
    client = sign_in(people.member)
    key = row(client).pk
    assert snapshots.entitled({key: people.member.pk})
    aged(client, **ago)
    assert not Session.objects.of(people.member).exists() and not snapshots.entitled({key: people.member.pk})
    for _twice in range(2):  # another tab of the same browser is told as well
        assert client.get(reverse("chat:index")).url == f"/account/login/?next=/chat/&ended={why}"
    words = {"idle": "しばらく操作がなかったので", "long": "時間がたったので"}[why]
    page = client.get(f"/account/login/?next=/chat/&ended={why}").content.decode()
    assert words in page and "書きかけの文は、この端末に残っています" in page
    sign_in(people.member, client=client)
    assert is_in(client) and row(client).pk != key


def test_nothing_brings_an_idle_session_back(people):
    client = sign_in(people.member)
    aged(client, seen=timedelta(minutes=61))
    Session.objects.touch(row(client).pk)
    assert row(client).why_ended() == "idle" and not is_in(client)


@pytest.mark.parametrize("limit", [timedelta(minutes=59), timedelta(minutes=6)])
def test_a_deed_keeps_a_session_alive(people, limit):
    client = sign_in(people.member)
    aged(client, seen=limit)
    assert is_in(client)
    assert timezone.now() - row(client).seen < timedelta(seconds=10)


def test_a_deed_does_not_move_the_absolute_end(people):
    client = sign_in(people.member)
    end, began = row(client).expire_date, row(client).started
    aged(client, seen=timedelta(minutes=30))
    client.post(reverse("accounts:me"), {"kana": "たかばし ゆか"})  # stores a message in the session, too
    assert (row(client).expire_date, row(client).started) == (end, began)


@pytest.mark.parametrize("headers", [
    {"sec-fetch-dest": "empty", "accept": "*/*"}, {"accept": "*/*"}, {"accept": "application/json"},
])
def test_what_a_page_fetches_by_itself_is_no_deed(people, headers):
    client = sign_in(people.member)
    aged(client, seen=timedelta(minutes=30))
    before = row(client).seen
    assert is_in(client, **headers)
    assert row(client).seen == before
    client.post(reverse("accounts:theme"), {"theme": "dark"}, headers=headers)
    assert row(client).seen > before, "a change is one, by whatever script"


def test_a_request_costs_one_query_for_the_session_and_writes_seldom(people):
    client = sign_in(people.member)

    def of_sessions(**headers):
        with CaptureQueriesContext(connection) as queries:
            assert is_in(client, **headers)
        return [query["sql"].split()[0] for query in queries if "accounts_session" in query["sql"]]

    assert of_sessions() == ["SELECT"]
    aged(client, seen=timedelta(minutes=6))
    assert of_sessions() == ["SELECT", "UPDATE"]
    assert of_sessions() == ["SELECT"]


def test_what_ended_long_ago_is_forgotten(people):
    client, fresh_one = sign_in(people.member), sign_in(people.member)
    aged(client, expire_date=timedelta(days=31))
    tasks.clear_sessions()
    assert list(Session.objects.filter(person=people.member)) == [row(fresh_one)]


# -- one's own list, and ending ----------------------------------------------------------------------------------------


def test_one_sees_ones_sessions_and_no_key(people):
    here, there = sign_in(people.member), sign_in(people.member, IPHONE)
    sign_in(people.colleague, "Mozilla/5.0 (X11; CrOS) Chrome/1")
    page = here.get(reverse("accounts:sessions")).content.decode()
    first, second = page.index("Windows の Edge"), page.index("iPhone の Safari")
    assert page.index("この端末") < first < page.index("ほかの端末") < second and "Chromebook" not in page
    assert row(here).pk not in page and row(there).pk not in page
    assert str(row(there).ref) in page and str(row(here).ref) not in page
    assert reverse("accounts:sessions") in here.get(reverse("accounts:me")).content.decode()


def test_one_ends_one_and_all_others(people):
    here, there, third = (sign_in(people.member) for _ in range(3))
    stranger = sign_in(people.colleague)
    assert here.post(reverse("accounts:end_session", args=[row(there).ref])).url == reverse("accounts:sessions")
    assert not is_in(there) and is_in(third)
    assert there.get("/chat/").url.endswith("ended=elsewhere")
    assert "別の画面から" in there.get("/account/login/?ended=elsewhere").content.decode()
    here.post(reverse("accounts:end_sessions"))
    assert not is_in(third) and is_in(here) and is_in(stranger)


def test_a_foreign_an_unknown_and_ones_present_session_are_alike_absent(people):
    here, foreign = sign_in(people.member), sign_in(people.colleague)
    refs = [row(foreign).ref, "00000000-0000-4000-8000-000000000000", row(here).ref]
    answers = [here.post(reverse("accounts:end_session", args=[ref])) for ref in refs]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({re.sub(r'value="[^"]+"', "", answer.content.decode()) for answer in answers}) == 1
    assert is_in(foreign) and is_in(here)


def test_an_administrator_ends_the_sessions_of_their_own_staff_only(people):
    administrator, there, abroad = sign_in(people.administrator), sign_in(people.member), sign_in(people.neighbour)

    def ask(person, client=administrator):
        return client.post(reverse("accounts:sign_out", args=[person.affiliations.get().pk])).status_code

    assert ask(people.neighbour) == ask(people.pending) == ask(people.withdrawn) == 404
    assert ask(people.member, abroad) == 403
    assert is_in(there) and is_in(abroad) and not Mail.objects.exists()
    assert ask(people.member) == 302 and not is_in(there)
    [letter] = Mail.objects.all()
    assert letter.recipient == people.member.email and "深谷市の管理者が" in letter.subject
    page = administrator.get(reverse("accounts:affiliation", args=[people.member.affiliations.get().pk])).content.decode()
    assert "この人のログインをすべて終わらせる" in page


def test_a_new_password_ends_every_row_but_the_one_it_was_changed_in(people):
    here, there = sign_in(people.member), sign_in(people.member)
    new = "mado-wo-akete-hanasu-2026"
    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert is_in(here) and there.get("/chat/").url.endswith("ended=elsewhere")
    assert list(Session.objects.of(people.member)) == [row(here)]


def test_a_login_given_back_opens_no_session_from_before(people):
    client = sign_in(people.member)
    people.member.deactivate()
    assert not is_in(client)
    people.member.reactivate()
    assert not is_in(client) and fresh(people.member).standings
    assert is_in(sign_in(people.member))


def test_an_operator_gives_a_login_back(people):
    people.member.deactivate()
    operator = Client()
    operator.force_login(people.operator)
    form = {"action": "reactivate", "_selected_action": [people.member.pk]}
    operator.post(reverse("admin:accounts_person_changelist"), form)
    assert fresh(people.member).is_active


@pytest.mark.parametrize("deed", ["end", "end_all"])
def test_what_ends_a_session_pokes_whoever_holds_its_sockets(people, deed, monkeypatch, django_capture_on_commit_callbacks):
    poked = []
    monkeypatch.setattr("accounts.models.person.poke_person", poked.append)
    client = sign_in(people.member)
    with django_capture_on_commit_callbacks(execute=True):
        row(client).end() if deed == "end" else Session.objects.end_all(people.member)
    assert poked == [people.member.pk]


@pytest.mark.parametrize("cookie", ["x", "a\0b" * 10, "é" * 32, "a" * 32, "a" * 500])
def test_a_cookie_that_is_no_session_opens_nothing_and_fails_nothing(people, cookie):
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert client.get("/chat/").status_code == 302
    assert is_in(sign_in(people.member, client=client))


# -- a browser not used before ---------------------------------------------------------------------------------------------


@pytest.fixture
def settled(people):
    """Somebody who has signed in before, elsewhere."""
    people.member.last_login = timezone.now() - timedelta(days=3)
    people.member.save()
    return people.member


def test_a_new_browser_is_told_by_letter_once(settled):
    client = sign_in(settled, IPHONE)
    [letter] = Mail.objects.all()
    assert letter.recipient == settled.email and "iPhone の Safari" in letter.body and "127.0.0.1" in letter.body
    assert re.search(r"20\d\d年\d+月\d+日\(.\) \d+:\d\d（日本時間）", letter.body)
    assert settings.PUBLIC_URL + reverse("accounts:sessions") in letter.body
    client.post(reverse("account_logout"))
    sign_in(settled, client=client)
    assert Mail.objects.count() == 1, "this browser is known now"
    sign_in(settled)
    assert Mail.objects.count() == 2


def test_the_first_sign_in_of_all_brings_no_letter(people):
    sign_in(people.member)
    assert not Mail.objects.exists()


def test_what_a_browser_knows_is_sealed_and_names_nobody(settled, people):
    client = sign_in(settled)
    cookie = client.cookies[browsers.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", browsers.LIFETIME)
    [mark] = signing.loads(cookie.value, salt=browsers.SALT)
    assert str(settled.pk) != mark and settled.email not in cookie.value and len(mark) == 32
    for forged in ("", "[]", signing.dumps([mark], salt="other"), cookie.value[:-1], signing.dumps("x", salt=browsers.SALT)):
        other = Client()
        other.cookies[browsers.COOKIE] = forged
        before = Mail.objects.count()
        sign_in(settled, client=other)
        assert Mail.objects.count() == before + 1
    before = Mail.objects.count()
    people.colleague.last_login = timezone.now()
    people.colleague.save()
    client.post(reverse("account_logout"))
    sign_in(people.colleague, client=client)
    assert Mail.objects.count() == before + 1, "it knows the one and not the other"
    assert len(signing.loads(client.cookies[browsers.COOKIE].value, salt=browsers.SALT)) == 2


def test_a_machine_at_a_counter_remembers_the_newest_twenty(settled):
    client = sign_in(settled)
    client.post(reverse("account_logout"))
    client.cookies[browsers.COOKIE] = signing.dumps([f"{n:032}" for n in range(20)], salt=browsers.SALT)
    sign_in(settled, client=client)
    marks = signing.loads(client.cookies[browsers.COOKIE].value, salt=browsers.SALT)
    assert len(marks) == 20 and marks[0] == browsers._mark(settled) and marks[-1] == f"{18:032}"
