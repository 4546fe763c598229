"""A lost second factor is taken away by two people of the body, neither of them the one who lost it; every refusal first."""
import threading
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import FactorReset, Mail, Session
from accounts.models.factor_reset import PATIENCE
from tests.cast import PASSWORD, affiliate, cast, fresh, person
from tests.chat.tab import Tab, do, live, session
from tests.factors import give_app, sign_in

REASON = "電話をなくした"


@pytest.fixture
def lost(people):
    """髙橋 has lost the telephone with the app; 渡邉 administers, 小島 is a colleague; 西澤 administers 愛荘町."""
    give_app(people.member)
    people.chief = person("西澤 光", "nishizawa@town.aisho.example")
    affiliate(people.chief, people.seisaku, people.operator, is_administrator=True)
    return people


def ask(people, **changes):
    given = {"by": people.administrator, "person": people.member, "organization": people.fukaya, "witness": people.colleague}
    return FactorReset.objects.ask(**{**given, **changes}, reason=REASON)


def has_factors(who):
    return Authenticator.objects.filter(user=who).exists()


# -- asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["member", "colleague", "neighbour", "chief", "operator", "pending", "withdrawn"])
def test_only_an_administrator_of_the_body_asks(lost, by):
    with pytest.raises(PermissionDenied):
        ask(lost, by=getattr(lost, by))
    assert not FactorReset.objects.exists() and not Mail.objects.exists()


def test_an_administrator_asks_for_nobody_who_does_not_stand_in_the_body_nor_for_themselves(lost):
    for who in (lost.administrator, lost.neighbour, lost.withdrawn, lost.pending, lost.operator):
        give_app(who)
        with pytest.raises(PermissionDenied):
            ask(lost, person=who)
    with pytest.raises(PermissionDenied):
        ask(lost, by=lost.chief, organization=lost.aisho)
    assert not FactorReset.objects.exists()


def test_an_operators_factors_are_out_of_reach(lost):
    affiliate(lost.operator, lost.shimin, person("運用 次郎", "jiro@engawa.example", is_superuser=True))
    give_app(lost.operator)
    with pytest.raises(PermissionDenied):
        ask(lost, person=lost.operator)


@pytest.mark.parametrize("witness", ["member", "administrator", "neighbour", "operator", "pending", "withdrawn"])
def test_the_witness_is_a_third_person_of_the_body(lost, witness):
    with pytest.raises(ValidationError) as refusal:
        ask(lost, witness=getattr(lost, witness))
    assert refusal.value.code == "witness" and not FactorReset.objects.exists()


def test_there_is_something_to_take_away_and_nobody_waits_already(lost):
    with pytest.raises(ValidationError) as refusal:
        ask(lost, person=lost.removed)
    assert refusal.value.code == "none"
    first = ask(lost)
    with pytest.raises(ValidationError) as refusal:
        ask(lost, witness=lost.removed)
    assert refusal.value.code == "waiting"
    FactorReset.objects.update(at=timezone.now() - PATIENCE)
    ask(lost, witness=lost.removed)
    first.refresh_from_db()
    assert first.outcome == FactorReset.Outcome.EXPIRED and FactorReset.objects.waiting().get().witness == lost.removed
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorReset.objects.create(
            person=lost.member, organization=lost.fukaya, by=lost.administrator, witness=lost.colleague, reason=REASON
        )


def test_the_letters_at_asking_tell_the_person_whom_to_phone_and_the_witness_what_to_do(lost):
    ask(lost)
    objection = Mail.objects.get(recipient=lost.member.email).body
    assert "渡邉 彩音" in objection and "小島 蓮さんか、深谷市の別の管理者に電話で" in objection and REASON in objection
    assert reverse("accounts:me") in Mail.objects.get(recipient=lost.colleague.email).body
    assert Mail.objects.count() == 2 and has_factors(lost.member), "asking takes nothing away"


# -- answering --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["administrator", "member", "removed", "neighbour", "chief", "operator", "withdrawn"])
def test_only_the_witness_answers(lost, by):
    asked = ask(lost)
    for deed in (asked.confirm, asked.decline):
        with pytest.raises(PermissionDenied):
            deed(getattr(lost, by))
    assert has_factors(lost.member) and FactorReset.objects.waiting().exists()


@pytest.mark.parametrize("change", [
    lambda c: c.administrator.affiliations.get().appoint(c.operator, False),
    lambda c: c.administrator.affiliations.get().withdraw(c.operator, "退職"),
    lambda c: c.colleague.affiliations.get().withdraw(c.operator, "退職"),
    lambda c: c.member.affiliations.get().withdraw(c.operator, "退職"),
    lambda c: c.administrator.deactivate(), lambda c: c.colleague.deactivate(), lambda c: c.member.deactivate(),
    lambda c: type(c.member).objects.filter(pk=c.member.pk).update(is_superuser=True),
], ids=["no administrator", "asker gone", "witness gone", "person gone", "asker out of use", "witness out of use",
        "person out of use", "person an operator"])
def test_all_three_must_still_be_who_they_were(lost, change):
    asked = ask(lost)
    change(lost)
    with pytest.raises(PermissionDenied):
        FactorReset.objects.get(pk=asked.pk).confirm(fresh(lost.colleague))
    assert has_factors(lost.member) and FactorReset.objects.get().outcome == ""


def test_too_late_is_too_late(lost):
    asked = ask(lost)
    FactorReset.objects.update(at=timezone.now() - PATIENCE + timedelta(seconds=-1))
    for deed, by in [(asked.confirm, lost.colleague), (asked.decline, lost.colleague), (asked.cancel, lost.administrator)]:
        with pytest.raises(ValidationError):
            deed(by)
    assert has_factors(lost.member)


@pytest.mark.parametrize("end", ["decline", "cancel", "confirm"])
def test_what_is_over_stays_over(lost, end):
    asked = ask(lost)
    getattr(asked, end)(lost.administrator if end == "cancel" else lost.colleague)
    for deed, by in [(asked.confirm, lost.colleague), (asked.decline, lost.colleague), (asked.cancel, lost.administrator)]:
        with pytest.raises(ValidationError):
            deed(by)
    assert has_factors(lost.member) == (end != "confirm")


@pytest.mark.parametrize("by", ["colleague", "member", "chief", "operator"])
def test_only_an_administrator_of_the_body_calls_it_off(lost, by):
    asked = ask(lost)
    with pytest.raises(PermissionDenied):
        asked.cancel(getattr(lost, by))
    lost.colleague.affiliations.get().appoint(lost.operator, True)
    asked.cancel(fresh(lost.colleague))
    assert asked.outcome == FactorReset.Outcome.CANCELLED
    assert "そのままです" in Mail.objects.filter(recipient=lost.member.email).latest("pk").body


def test_confirming_takes_the_factors_ends_the_sessions_and_is_recorded(lost):
    visitor = session(lost.member)
    assert visitor.get(reverse("chat:index")).status_code == 200
    asked = ask(lost)
    asked.confirm(lost.colleague)
    assert not has_factors(lost.member) and not Session.objects.filter(person=lost.member).exists()
    assert visitor.get(reverse("chat:index")).status_code == 302
    kept = FactorReset.objects.get()
    assert (kept.person, kept.organization, kept.by, kept.witness, kept.reason) == (
        lost.member, lost.fukaya, lost.administrator, lost.colleague, REASON
    )
    assert kept.outcome == "done" and kept.closed_by == lost.colleague and timezone.now() - kept.closed_at < timedelta(minutes=1)
    for reader in (lost.member, lost.administrator):
        assert "解除しました" in Mail.objects.filter(recipient=reader.email).latest("pk").subject
    assert fresh(lost.member).check_password(PASSWORD)
    assert sign_in(Client(), lost.member).url == "/"


@pytest.mark.django_db(transaction=True)
@live
async def test_the_sockets_close(transactional_db):
    people = await do(cast)
    await do(give_app, people.neighbour)
    chief = await do(person, "西澤 光", "nishizawa@town.aisho.example")
    await do(affiliate, chief, people.seisaku, people.operator, is_administrator=True)
    tab = await Tab(await do(session, people.neighbour)).open()
    asked = await do(FactorReset.objects.ask, chief, people.neighbour, people.aisho, people.outsider, REASON)
    assert tab.code is None
    await do(asked.confirm, people.outsider)
    await tab.until(lambda: tab.code == 4001)


@pytest.mark.django_db(transaction=True)
def test_confirmed_and_called_off_at_once_it_ends_one_way():
    people = cast()
    give_app(people.member)
    asked, start, refused = ask(people), threading.Barrier(2), []

    def run(deed, who):
        start.wait()
        try:
            getattr(FactorReset.objects.get(pk=asked.pk), deed)(fresh(who))
        except ValidationError:
            refused.append(deed)
        finally:
            connection.close()

    pairs = [("confirm", people.colleague), ("cancel", people.administrator)]
    threads = [threading.Thread(target=run, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome = FactorReset.objects.get().outcome
    assert (outcome, refused, has_factors(people.member)) in [("done", ["cancel"], False), ("cancelled", ["confirm"], True)]


# -- the doors ----------------------------------------------------------------------------------------------------------


def visit(who, name, pk, **data):
    client = Client()
    if who:
        client.force_login(who)
    return client.post(reverse(f"accounts:{name}", args=[pk]), data)


def test_the_ladder_of_asking(lost):
    row = lost.member.affiliations.get().pk
    given = {"witness": "小島 蓮", "reason": REASON}
    ladder = [(None, 302), (lost.pending, 404), (lost.withdrawn, 404), (lost.operator, 404), (lost.member, 403),
              (lost.colleague, 403), (lost.neighbour, 403), (lost.chief, 404)]
    for who, expected in ladder:
        assert visit(who, "ask_reset", row, **given).status_code == expected, who
    assert not FactorReset.objects.exists()
    witnesses = [{"witness": words} for words in ("小島", "", "𠮷田 健吾", "髙橋由佳")]
    for bad in [*witnesses, {"reason": ""}, {"reason": "\u202e"}]:
        assert visit(lost.administrator, "ask_reset", row, **given | bad).status_code == 302
    assert not FactorReset.objects.exists()
    assert visit(lost.administrator, "ask_reset", row, **given).status_code == 302
    assert FactorReset.objects.get().witness == lost.colleague


def test_two_of_one_name_are_told_apart_by_address(lost):
    other = person("小島　蓮", "kojima2@city.fukaya.example")
    affiliate(other, lost.shimin, lost.operator)
    row = lost.member.affiliations.get().pk
    other.name = "小島 蓮"
    other.save()
    visit(lost.administrator, "ask_reset", row, witness="小島蓮", reason=REASON)
    assert not FactorReset.objects.exists()
    visit(lost.administrator, "ask_reset", row, witness="Kojima2@city.fukaya.example", reason=REASON)
    assert FactorReset.objects.get().witness == other


def test_the_ladder_of_answering(lost):
    asked = ask(lost)
    others = [(None, 302), (lost.pending, 302), (lost.withdrawn, 302), (lost.operator, 302), (lost.member, 404),
              (lost.administrator, 404), (lost.neighbour, 404), (lost.chief, 404)]
    for name in ("confirm_reset", "decline_reset"):
        for who, expected in others:
            assert visit(who, name, asked.pk).status_code == expected, (name, who)
    callers = [(None, 302), (lost.pending, 404), (lost.operator, 404), (lost.member, 403), (lost.colleague, 403), (lost.chief, 404)]
    for who, expected in callers:
        assert visit(who, "cancel_reset", asked.pk).status_code == expected, who
    assert FactorReset.objects.waiting().exists() and has_factors(lost.member)
    assert visit(lost.colleague, "confirm_reset", asked.pk).status_code == 302
    assert not has_factors(lost.member)


def test_the_pages_show_it_to_whom_it_concerns(client, lost):
    row = reverse("accounts:affiliation", args=[lost.member.affiliations.get().pk])
    client.force_login(lost.administrator)
    assert "立ち会いを頼む" in client.get(row).content.decode()
    ask(lost)
    assert "依頼を取りやめる" in client.get(row).content.decode()
    assert "本人に確かめたので" not in client.get(reverse("accounts:me")).content.decode()
    client.force_login(lost.colleague)
    assert "本人に確かめたので" in client.get(reverse("accounts:me")).content.decode()
    Authenticator.objects.all().delete()
    FactorReset.objects.all().delete()
    client.force_login(lost.administrator)
    assert "立ち会いを頼む" not in client.get(row).content.decode()


def test_the_admin_shows_a_body_its_own_and_changes_none(client, lost):
    asked = ask(lost)
    page = reverse("admin:accounts_factorreset_change", args=[asked.pk])
    for who, seen in [(lost.administrator, 200), (lost.operator, 200), (lost.chief, 302), (lost.member, 302)]:
        client.force_login(who)
        assert client.get(page).status_code == seen, who
        client.post(page, {"outcome": "done", "reason": "別の理由"})
        assert client.post(reverse("admin:accounts_factorreset_delete", args=[asked.pk]), {"post": "yes"}).status_code in (302, 403)
    asked.refresh_from_db()
    assert (asked.outcome, asked.reason) == ("", REASON)
    client.force_login(lost.chief)
    assert REASON not in client.get(reverse("admin:accounts_factorreset_changelist")).content.decode()
