"""What a socket's looks must not do: write into sessions, or put more into one frame than a deaf reader is owed."""
import pytest
from django.test import Client

from accounts.models import Session
from chat import snapshots

from ..cast import say
from .tab import session

pytestmark = pytest.mark.django_db


def test_a_new_secret_key_signs_nobody_out_whose_tab_comes_back_first(people, settings):
    client = Client()
    client.force_login(people.member)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 50
    assert snapshots.whose(key) == people.member
    assert key in snapshots.entitled({key: people.member.pk})
    assert [row.pk for row in Session.objects.filter(person=people.member)] == [key]
    assert client.get("/account/me/").status_code == 200


def test_a_changed_password_ends_a_session_and_leaves_its_row_alone(people, settings):
    client = session(people.member)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    people.member.password = "!"
    people.member.save()
    assert snapshots.whose(key) is None and not snapshots.entitled({key: people.member.pk})
    assert Session.objects.filter(pk=key).exists()


@pytest.mark.parametrize("cookie", ["\0" * 20, "a" * 30_000, "あ" * 20, "'; drop", "a" * 41, ""])
def test_an_absurd_cookie_is_nobodys(people, cookie):
    assert snapshots.whose(cookie) is None


def test_a_frame_has_an_end(people):
    first = people.shared.last_change
    few = [say(people.shared, people.member, "短い。") for _ in range(3)]
    assert len(snapshots.change(people.shared.pk, first).items) >= len(few)
    for _ in range(13):
        say(people.shared, people.member, "長い知らせ。" * 3_500)
    change = snapshots.change(people.shared.pk, few[-1].change)
    assert change.more and not change.items  # the tabs fetch it, page by page, at their own pace
