"""Who must have a second factor, and what is open to them while they have none: its set-up, themselves, the way out."""
import re
from datetime import timedelta

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, Person
from chat import snapshots
from tests.cast import fresh
from tests.chat.tab import Tab, do, live, session
from tests.doors.routes import routes
from tests.factors import again, asks, give_app, inside, number

INDEX, APP = "mfa_index", "mfa_activate_totp"
OPEN = {  # what somebody reaches who must have a second factor and has none
    "accounts:me", "accounts:theme", "accounts:language", "accounts:sessions", "accounts:end_session", "accounts:end_sessions",
    "account_logout", "account_change_password", "account_reauthenticate", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
}


def path(route):
    """An address that this route takes."""
    filled = re.sub(r"<uuid:\w+>", "0d5c0f5e-0000-4000-8000-000000000000", re.sub(r"<(number|int|path):\w+>", "1", route))
    filled = re.sub(r"\(\?P<uidb36>[^)]*\)", "1", re.sub(r"\(\?P<key>[^)]*\)", "x", filled))
    filled = re.sub(r"\(\?P<app_label>[^)]*\)", "accounts", re.sub(r"\(\?P<\w+>[^)]*\)", "x", filled))
    return "/" + re.sub(r"<\w+:\w+>", "x", filled).replace("^", "").replace("$", "").replace("\\Z", "").replace(".*", "x")


def test_who_lacks_a_factor(people, settings):
    everybody = [people.member, people.administrator, people.neighbour, people.pending, people.withdrawn, people.operator]

    def lacking():
        found = [who for who in everybody if fresh(who).lacks_factor]
        assert found == [who for who in everybody if Person.objects.with_lacks_factor().get(pk=who.pk).lacks_factor]
        return found

    assert lacking() == []
    asks(people.fukaya, 1)
    assert lacking() == []
    asks(people.fukaya)
    assert lacking() == [people.member, people.administrator], "neither other bodies nor whom this one does not vouch for"
    RecoveryCodes.activate(people.member)
    assert people.member in lacking(), "codes in reserve are no factor"
    give_app(people.member)
    assert lacking() == [people.administrator]
    settings.OPERATOR_SECOND_FACTOR = True
    assert lacking() == [people.administrator, people.operator]
    give_app(people.operator)
    Organization.objects.update(second_factor_from=None)
    assert lacking() == []


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["member", "administrator", "operator"])
def test_without_a_required_factor_every_route_leads_to_its_set_up(client, people, settings, who, method):
    settings.OPERATOR_SECOND_FACTOR = True
    asks(people.fukaya)
    client.force_login(getattr(people, who))
    wrong, seen = [], 0
    for name, route in routes().items():
        if name == "account_logout":
            continue
        answer = getattr(client, method)(path(route))
        closed = answer.status_code == 302 and answer.url == reverse(INDEX)
        if method == "get" and name not in OPEN:  # "" is what no pattern of the admin catches
            assert answer.status_code != 404, (name, path(route))
        wrong += [(name, path(route), answer.status_code)] if closed == (name in OPEN) else []
        seen += 1
    assert not wrong and seen > 100
    assert inside(client), "and the session goes on"


def test_a_script_is_told_and_not_sent_elsewhere(people):
    asks(people.fukaya)
    script = session(people.member)
    draft = {"id": "0d5c0f5e-0000-4000-8000-000000000000", "body": "一"}
    posted = script.post(reverse("chat:post", args=[people.shared.pk]), draft)
    assert (posted.status_code, posted.json()) == (403, {"why": "factor"})
    assert people.shared.messages.count() == 0


def test_asking_costs_a_request_nothing(client, people, django_assert_num_queries):
    client.force_login(people.member)
    with django_assert_num_queries(2):  # the session, and its person with the answer
        assert client.get(reverse("accounts:theme")).status_code == 405
    asks(people.fukaya)
    with django_assert_num_queries(2):
        assert client.get(reverse("chat:people")).url == reverse(INDEX)


def test_the_page_says_why_and_setting_up_opens_everything(client, people):
    asks(people.fukaya)
    again(client, people.member)
    assert "深谷市は、全員に二段階認証を求めています" in client.get(reverse(INDEX)).content.decode()
    assert "いま設定する" in client.get(reverse("accounts:me")).content.decode()
    secret = client.get(reverse(APP)).context["form"].secret
    assert client.post(reverse(APP), {"code": number(secret)}).url == reverse("mfa_view_recovery_codes")
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200
    assert client.get(reverse("chat:index")).status_code == 200


def test_the_day_comes_by_itself(client, people, monkeypatch):
    client.force_login(people.member)
    asks(people.fukaya, 1)
    assert client.get(reverse("chat:people")).status_code == 200
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *given: tomorrow)
    assert client.get(reverse("chat:people")).url == reverse(INDEX)


def test_a_week_before_those_without_one_are_told_on_their_pages(client, people):
    words = "から二段階認証を求めます"
    client.force_login(people.member)
    for days, told in [(8, False), (7, True), (1, True)]:
        asks(people.fukaya, days)
        assert (words in client.get(reverse("chat:people")).content.decode()) == told, days
    give_app(people.member)
    assert words not in client.get(reverse("chat:people")).content.decode()
    client.force_login(people.neighbour)
    assert words not in client.get(reverse("chat:people")).content.decode()


def test_a_bodys_administrator_sets_the_day_and_nothing_else_of_it(client, people):
    day = timezone.localdate() + timedelta(days=30)
    inlines = {f"{prefix}-{part}_FORMS": 0 for prefix in ("mail_domains", "departments") for part in ("TOTAL", "INITIAL")}
    form = {"second_factor_from": day.isoformat(), "label": "別の名", "name": "別の名", **inlines}
    client.force_login(people.administrator)
    client.post(reverse("admin:accounts_organization_change", args=[people.aisho.pk]), form)
    client.post(reverse("admin:accounts_organization_change", args=[people.fukaya.pk]), form)
    bodies = Organization.objects.filter(pk__in=[people.fukaya.pk, people.aisho.pk])
    assert set(bodies.values_list("label", "second_factor_from")) == {("深谷市", day), ("愛荘町", None)}
    client.force_login(people.member)
    assert client.get(reverse("admin:accounts_organization_change", args=[people.fukaya.pk])).status_code in (302, 403)


@pytest.mark.django_db(transaction=True)
@live
async def test_no_socket_stands_without_the_required_factor(people):
    client = await do(session, people.neighbour)
    tab = await Tab(client).open()
    assert tab.accepted and tab.code is None
    await do(asks, people.aisho)
    refused = await Tab(client).open()
    assert refused.code == 4001 and refused.heard == []
    await do(lambda: fresh(people.neighbour).standing_changed())
    await tab.until(lambda: tab.code == 4001)
    await do(give_app, people.neighbour)
    assert (await Tab(client).open()).code is None


def test_a_heartbeat_finds_who_lacks_a_factor(people):
    keys = {}
    for who in (people.member, people.neighbour):
        client = session(who)
        keys[client.session.session_key] = who.pk
    assert snapshots.entitled(keys).keys() == keys.keys()
    asks(people.fukaya)
    assert [keys[key] for key in snapshots.entitled(keys)] == [people.neighbour.pk]
