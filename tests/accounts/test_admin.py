"""The admin: scoped to one's body, silent about talk, and nothing editable that must not be."""
import re

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.admin import site
from accounts.models import Affiliation, Department, FactorReset, Invitation, Mail, Organization, Person, Verification
from chat.models import Message, Room
from tests.cast import PASSWORD, affiliate, fresh, person, say

OURS = [FactorReset, Organization, Department, Person, Affiliation, Verification, Invitation, Mail, Room]


def page(model, what="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def signed_in(client, who):
    client.logout()
    client.force_login(fresh(who))
    return client


def shown(client, model, query=""):
    """The rows of a list."""
    return set(client.get(page(model) + query).context["cl"].queryset)


@pytest.fixture
def letters(people):
    """One row of every kind in both bodies."""
    chief = person("西澤 光", "nishizawa@town.aisho.example")
    affiliate(chief, people.seisaku, people.operator, is_administrator=True)
    Invitation.objects.issue(people.administrator, people.fukaya, "x@city.fukaya.example")
    Invitation.objects.issue(chief, people.aisho, "x@town.aisho.example")
    return Mail.objects.create(
        recipient="x@city.fukaya.example", sender="e@engawa.example", subject="招待", body="TOKEN-IN-A-LETTER"
    )


def test_only_what_this_project_registers_is_here():
    assert set(site._registry) == set(OURS)
    assert Group not in site._registry and Message not in site._registry


def test_the_ladder(client, people):
    for path in [reverse("admin:index"), *map(page, OURS), page(Person, "add"), reverse("admin:login")]:
        client.logout()
        assert client.get(path, follow=True).redirect_chain[-1][0].startswith(reverse("account_login")), path
        for who, expected in [(people.pending, 404), (people.withdrawn, 404), (people.member, 403)]:
            answer = signed_in(client, who).get(path, follow=True)
            assert answer.status_code == expected, (path, who)
    for model in OURS:
        assert signed_in(client, people.administrator).get(page(model)).status_code == (403 if model is Mail else 200)
        assert signed_in(client, people.operator).get(page(model)).status_code == 200


def test_leaving_the_admin_closes_the_sockets_too(client, people, monkeypatch, django_capture_on_commit_callbacks):
    poked = []
    monkeypatch.setattr("accounts.models.person.poke_person", poked.append)
    signed_in(client, people.administrator)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("admin:logout")).url == reverse("account_login")
    assert poked == [people.administrator.pk] and "_auth_user_id" not in client.session
    assert signed_in(client, people.administrator).get(reverse("admin:password_change")).url == reverse("account_change_password")


def test_administrators_see_their_own_body_only(client, people, letters):
    signed_in(client, people.administrator)
    own = people.fukaya
    assert shown(client, Organization) == {own}
    assert {row.organization for model in (Department, Affiliation, Invitation, Room) for row in shown(client, model)} == {own}
    assert {row.affiliation.organization for row in shown(client, Verification)} == {own}
    assert shown(client, Person) == set(Person.objects.filter(email__endswith="@city.fukaya.example"))
    for body in (client.get(page(model)).content.decode() for model in OURS if model is not Mail):
        assert people.neighbour.name not in body and "愛荘町" not in body


def test_no_id_of_another_body_opens(client, people, letters):
    signed_in(client, people.administrator)
    others = [
        people.aisho, people.jumin, people.neighbour, people.operator, people.neighbour.affiliations.get(),
        people.neighbour.affiliations.get().verification, Invitation.objects.get(organization=people.aisho),
        Room.objects.get(department=people.jumin), people.direct,
    ]
    for row in others:
        for what in ("change", "history", "delete"):
            answer = client.get(page(type(row), what, row.pk))
            never = client.get(page(type(row), what, 987654321))
            assert answer.status_code == never.status_code != 200, (row, what)
        assert client.post(page(type(row), "change", row.pk), {"name": "x"}).status_code in (302, 403)
    assert fresh(people.neighbour).name == "𠮷田 健吾"
    mail = client.get(page(Mail, "change", letters.pk))
    assert mail.status_code == 403


def test_choices_come_by_search_and_from_within_reach(client, people):
    Organization.objects.bulk_create(
        Organization(name=f"試験{n}", label=f"試験{n}", kind="union") for n in range(300)
    )

    def found(field):
        url = reverse("admin:autocomplete") + f"?app_label=accounts&model_name=department&field_name={field}&term="
        return client.get(url)

    signed_in(client, people.administrator)
    assert {row["text"] for row in found("organization").json()["results"]} == {"深谷市"}
    assert {row["text"] for row in found("parent").json()["results"]} == {"深谷市 市民課", "深谷市 ICT推進室"}
    assert signed_in(client, people.member).get(reverse("admin:autocomplete")).status_code in (302, 403)
    signed_in(client, people.operator)
    for path in (page(Person, "add"), page(Department, "add"), page(Organization, "change", people.fukaya.pk)):
        assert client.get(path).content.decode().count("<option") < 30, path


def test_lists_ask_as_many_questions_for_many_as_for_few(client, people, letters, django_assert_max_num_queries):
    for number in range(25):
        affiliate(person(f"職員 {number}", f"s{number}@city.fukaya.example"), people.ict, people.operator)
    signed_in(client, people.operator)
    for model in OURS:
        with django_assert_max_num_queries(12):
            assert client.get(page(model)).status_code == 200


@pytest.mark.parametrize("model, question", [
    (Person, "password__startswith=md5"), (Person, "is_superuser=1"), (Person, "affiliations__organization=1"),
    (Mail, "body__contains=TOKEN"), (Invitation, "digest__startswith=a"), (Room, "memberships__person=1"),
    (Room, "topic__contains=x"), (Room, "direct_key__contains=1"), (Room, "messages__body__contains=x"),
])
def test_no_hidden_column_answers_a_question(client, people, model, question):
    assert signed_in(client, people.operator).get(page(model) + "?" + question).status_code == 400


def test_talk_stays_out_of_it_even_for_operators(client, people, letters):
    say(people.direct, people.member, "CANARY-DIRECT")
    say(people.shared, people.member, "CANARY-SHARED")
    Room.objects.filter(pk=people.direct.pk).update(topic="CANARY-TOPIC")
    signed_in(client, people.operator)
    pages = [page(Room), page(Room, "change", people.direct.pk), page(Room, "change", people.shared.pk),
             page(Room, "history", people.direct.pk), reverse("admin:index"), page(Mail), page(Mail, "change", letters.pk)]
    for path in pages:
        body = client.get(path).content.decode()
        assert "CANARY" not in body and "TOKEN-IN-A-LETTER" not in body, path
        assert people.member.name not in body and people.colleague.name not in body, path
    assert shown(client, Room, "?q=CANARY") == shown(client, Room, "?q=小島") == set()


def test_rooms_and_records_are_read_only(client, people, letters):
    signed_in(client, people.operator)
    rows = [people.shared, people.direct, letters, Verification.objects.first(), Invitation.objects.first(),
            people.member.affiliations.get()]
    for row in rows:
        before = type(row).objects.filter(pk=row.pk).values().get()
        assert client.post(page(type(row), "change", row.pk), {"name": "x", "reason": "x", "title": "x"}).status_code == 403
        assert client.post(page(type(row), "delete", row.pk), {"post": "yes"}).status_code == 403
        assert client.get(page(type(row), "add")).status_code == 403
        assert type(row).objects.filter(pk=row.pk).values().get() == before


def test_names_are_put_right_and_nothing_else_of_a_person(client, people):
    inline = {"affiliations-TOTAL_FORMS": 0, "affiliations-INITIAL_FORMS": 0}
    data = {"name": "小嶋 蓮", "kana": "こじま れん", "email": "evil@city.fukaya.example", "is_superuser": "on", "password": "x",
            "is_active": "", **inline}
    for who in (people.administrator, people.operator):
        before = fresh(people.colleague)
        answer = signed_in(client, who).post(page(Person, "change", people.colleague.pk), data)
        assert answer.status_code == 302
        after = fresh(people.colleague)
        assert after.name == "小嶋 蓮"
        assert (after.email, after.password, after.is_superuser, after.is_active) == (before.email, before.password, False, True)
    body = client.get(page(Person, "change", people.colleague.pk)).content.decode()
    assert people.colleague.password not in body and "is_superuser" not in body
    refused = client.post(page(Person, "change", people.colleague.pk), data | {"name": "小\u200b島"})
    assert refused.status_code == 200 and fresh(people.colleague).name == "小嶋 蓮"


def test_a_body_corrects_no_name_of_somebody_who_left_it(client, people):
    people.colleague.affiliations.update(starts="2020-04-01", ends="2021-03-31")
    signed_in(client, people.administrator)
    data = {"name": "別人", "affiliations-TOTAL_FORMS": 0, "affiliations-INITIAL_FORMS": 0}
    assert client.post(page(Person, "change", people.colleague.pk), data).status_code == 403


def test_an_operator_registers_a_bodys_first_administrator(client, people):
    data = {"email": "Nishizawa@town.aisho.example", "name": "西澤 光", "kana": "にしざわ ひかる", "organization": people.aisho.pk,
            "title": "係長", "is_administrator": "on"}
    assert signed_in(client, people.administrator).post(page(Person, "add"), data).status_code == 403
    signed_in(client, people.operator)
    for bad in ({"email": "nishizawa@city.fukaya.example"}, {"email": "a+b@town.aisho.example"}, {"name": "西\u200b澤"},
                {"email": people.neighbour.email}, {"organization": ""}):
        assert client.post(page(Person, "add"), data | bad).status_code == 200
    assert not Mail.objects.exists()
    assert client.post(page(Person, "add"), data).status_code == 302
    chief = Person.objects.get(email="nishizawa@town.aisho.example")
    assert not chief.has_usable_password() and chief.administers(people.aisho)
    record = chief.affiliations.get().verification
    assert (record.by, record.method) == (people.operator, Verification.Method.APPLICATION)

    client.logout()
    door = re.search(r"https?://[^/]+(/\S+)", Mail.objects.get(recipient=chief.email).body)[1]
    form = client.get(door, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    client.post(reverse("account_login"), {"login": chief.email, "password": PASSWORD})
    assert client.get(reverse("accounts:staff")).status_code == 200


def act(client, model, action, *rows, **data):
    return client.post(page(model), {"action": action, "_selected_action": [row.pk for row in rows], **data}, follow=True)


def test_deeds_are_the_models_and_their_refusals_are_said(client, people):
    waiting, standing = people.pending.affiliations.get(), people.colleague.affiliations.get()
    signed_in(client, people.administrator)
    answer = act(client, Affiliation, "confirm", waiting, standing)
    assert fresh(people.pending).standings and Mail.objects.filter(recipient=people.pending.email).count() == 1
    assert "すでに確認されています" in answer.content.decode()
    assert "取り消す理由を書いてください" in act(client, Affiliation, "withdraw", standing).content.decode()
    assert fresh(people.colleague).standings
    act(client, Affiliation, "withdraw", standing, reason="退職")
    assert not fresh(people.colleague).standings
    assert Affiliation.objects.get(pk=standing.pk).verification.reason == "退職"
    act(client, Affiliation, "withdraw", people.neighbour.affiliations.get(), reason="x")
    assert fresh(people.neighbour).standings


def test_operators_stop_a_login_and_the_deed_is_logged(client, people):
    from django.contrib.admin.models import LogEntry

    signed_in(client, people.administrator)
    act(client, Person, "deactivate", people.colleague)
    assert fresh(people.colleague).is_active
    signed_in(client, people.operator)
    act(client, Person, "deactivate", people.colleague, people.operator)
    assert not fresh(people.colleague).is_active and fresh(people.operator).is_active
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (people.operator, str(people.colleague.pk))


def test_administrators_keep_departments_and_never_domains(client, people):
    signed_in(client, people.administrator)
    data = {
        "name": "乗っ取り市", "label": "乗っ取り市",
        "mail_domains-TOTAL_FORMS": 1, "mail_domains-INITIAL_FORMS": 0, "mail_domains-0-domain": "evil.example",
        "departments-TOTAL_FORMS": 1, "departments-INITIAL_FORMS": 0, "departments-0-name": "税務課", "departments-0-order": 3,
    }
    assert client.post(page(Organization, "change", people.fukaya.pk), data).status_code == 302
    people.fukaya.refresh_from_db()
    assert people.fukaya.name == "深谷市"
    assert [row.domain for row in people.fukaya.mail_domains.all()] == ["city.fukaya.example"]
    assert people.fukaya.departments.filter(name="税務課").exists()
    refused = client.post(page(Department, "add"), {"organization": people.aisho.pk, "name": "住民税課", "order": 0})
    assert refused.status_code == 200 and not people.aisho.departments.filter(name="住民税課").exists()
    foreign = {"organization": people.fukaya.pk, "parent": people.jumin.pk, "name": "x", "order": 0}
    assert client.post(page(Department, "add"), foreign).status_code == 200


def test_operators_enter_domains_and_codes_are_checked(client, people):
    signed_in(client, people.operator)
    data = {"code": "252131", "kind": "city", "prefecture": "滋賀県", "name": "東近江市", "label": "東近江市",
            "mail_domains-TOTAL_FORMS": 1, "mail_domains-INITIAL_FORMS": 0, "mail_domains-0-domain": "City.Higashiomi.example",
            "departments-TOTAL_FORMS": 0, "departments-INITIAL_FORMS": 0}
    for bad in ({"code": "252132"}, {"mail_domains-0-domain": "例え.example"}, {"mail_domains-0-domain": "city.fukaya.example"}):
        assert client.post(page(Organization, "add"), data | bad).status_code == 200
    assert client.post(page(Organization, "add"), data).status_code == 302
    assert Organization.objects.for_domain("city.higashiomi.example").code == "252131"


@pytest.mark.parametrize("who", ["administrator", "operator"])
def test_every_page_is_free_of_inline_script(client, people, letters, who):
    signed_in(client, getattr(people, who))
    for path in [reverse("admin:index"), page(Person), page(Affiliation), page(Room), page(Person, "change", people.member.pk),
                 page(Organization, "change", people.fukaya.pk), page(Affiliation, "change", people.member.affiliations.get().pk)]:
        body = client.get(path).content.decode()
        assert not re.search(r"<script(?![^>]*(src=|application/json|type=\"text/template))|<style|\son[a-z]+=\"", body), path
