"""What a body's administrators do, and everybody who must not."""
import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import Affiliation, Invitation, Mail, Person
from accounts.models.invitation import LIFETIME
from tests.cast import PASSWORD, affiliate, fresh, person

INVITED = "shinjin@city.fukaya.example"
NEWCOMER = {"name": "大塚 新", "kana": "おおつか あらた", "password": PASSWORD}


def visit(client, who, name, *args, **data):
    """Asks a page as somebody (None is nobody); posts when there is data. Returns the answer."""
    client.logout()
    if who:
        client.force_login(who)
    url = reverse(f"accounts:{name}", args=args)
    return client.post(url, data) if data else client.get(url)


def issue(people, **options):
    return Invitation.objects.issue(people.administrator, people.fukaya, options.pop("email", INVITED), **options)


@pytest.fixture
def other_administrator(people):
    """愛荘町's administrator: as powerful at home, a stranger in 深谷市."""
    chief = person("西澤 光", "nishizawa@town.aisho.example")
    affiliate(chief, people.seisaku, people.operator, is_administrator=True)
    return chief


def deeds(people):
    """Every deed of the page on 深谷市's people: `(route, id, data)`."""
    pending, standing = people.pending.affiliations.get().pk, people.colleague.affiliations.get().pk
    invitation = issue(people, email="x1@city.fukaya.example")[0].pk
    return [
        ("affiliation", [standing], {}), ("confirm", [pending], {"x": 1}), ("decline", [pending], {"x": 1}),
        ("transfer", [standing], {"department": people.shimin.pk, "on": timezone.localdate() + timedelta(days=1)}),
        ("withdraw", [standing], {"reason": "退職"}), ("contact", [standing], {"on": 1}),
        ("administrator", [standing], {"on": 1}), ("withdraw_invitation", [invitation], {"x": 1}),
    ]


def state(people):
    return [*Affiliation.objects.order_by("pk").values(), *Invitation.objects.order_by("pk").values(),
            *people.pending.affiliations.values("verification"),
            *people.colleague.affiliations.values("verification__withdrawn_at")]


def test_the_ladder(client, people, other_administrator):
    ladder = [(None, 302), (people.pending, 404), (people.withdrawn, 404), (people.operator, 404), (people.member, 403),
              (people.neighbour, 403), (people.administrator, 200), (other_administrator, 200)]
    for who, expected in ladder:
        assert visit(client, who, "staff").status_code == expected, who
    all_deeds = deeds(people)
    before = state(people)
    for who, expected in [*ladder[:-2], (other_administrator, 404)]:
        for name, args, data in all_deeds:
            assert visit(client, who, name, *args, **data).status_code == expected, (who, name)
    assert state(people) == before


def test_another_bodys_id_looks_like_an_id_that_never_was(client, people):
    def shown(pk):
        return re.sub(r"x-csrftoken[^>]*>", "", visit(client, people.administrator, "affiliation", pk).content.decode())

    assert shown(people.neighbour.affiliations.get().pk) == shown(987654321)


def test_administrators_see_their_own_people_only(client, people, other_administrator):
    own = visit(client, people.administrator, "staff").content.decode()
    assert people.colleague.name in own and people.pending.email in own and people.neighbour.name not in own
    other = visit(client, other_administrator, "staff").content.decode()
    assert people.neighbour.name in other and people.colleague.name not in other and people.pending.email not in other


@pytest.mark.parametrize("question, found", [
    ("q=髙橋由佳", {"髙橋 由佳"}), ("q=こじま", {"小島 蓮"}), ("q=𠮷田", set()), ("q=%00", None), ("state=withdrawn", {"関口 修"}),
    ("state=ended", set()), ("state=nonsense", None), ("department=99999999999999999999", None),
])
def test_the_list_is_searched_by_name_kana_and_state(client, people, question, found):
    client.force_login(people.administrator)
    answer = client.get(reverse("accounts:staff") + "?" + question)
    names = {row.person.name for row in answer.context["found"]}
    assert names == ({"髙橋 由佳", "小島 蓮", "渡邉 彩音", "岡部 梢"} if found is None else found)


def test_the_page_asks_as_many_questions_for_many_as_for_few(client, people, django_assert_max_num_queries):
    for number in range(30):
        affiliate(person(f"職員 {number}", f"s{number}@city.fukaya.example"), people.ict, people.operator)
    client.force_login(people.administrator)
    with django_assert_max_num_queries(16):
        client.get(reverse("accounts:staff"))


def test_an_invitation_opens_its_door_once(client, people):
    visit(client, people.administrator, "invite", email=INVITED, department=people.ict.pk, title="主事")
    letter = Mail.objects.get(recipient=INVITED)
    door = re.search(r"https?://[^/]+(/\S+)", letter.body)[1]
    assert Invitation.objects.get().digest not in letter.body
    client.logout()
    assert "深谷市からの招待" in client.get(door).content.decode()
    assert client.post(door, NEWCOMER).url == reverse("chat:index")
    newcomer = Person.objects.get(email=INVITED)
    assert client.session["_auth_user_id"] == str(newcomer.pk)
    assert [standing.badge for standing in newcomer.standings] == ["深谷市 ICT推進室"]
    assert newcomer.affiliations.get().verification.by == people.administrator
    assert client.get(reverse("chat:index")).status_code == 200
    client.logout()
    assert client.get(door).status_code == client.post(door, NEWCOMER).status_code == 404
    assert Person.objects.filter(email=INVITED).count() == 1


def test_every_shut_door_looks_the_same(client, people):
    old, used, taken, lost = (issue(people, email=f"x{n}@city.fukaya.example") for n in range(4))
    Invitation.objects.filter(pk=old[0].pk).update(at=timezone.now() - LIFETIME)
    used[0].accept("一人目", "ひとりめ", PASSWORD)
    visit(client, people.administrator, "withdraw_invitation", taken[0].pk, x=1)
    people.administrator.affiliations.get().withdraw(people.operator, "異動")
    client.logout()
    before = Person.objects.count()
    pages = set()
    for token in ("never-was", old[1], used[1], taken[1], lost[1]):
        answer = client.post(reverse("accounts:invitation", args=[token]), NEWCOMER)
        assert answer.status_code == 404
        pages.add(re.sub(r"x-csrftoken[^>]*>", "", answer.content.decode()))
    assert len(pages) == 1
    assert Person.objects.count() == before
    assert Invitation.objects.get(pk=lost[0].pk).accepted_at is None, "a refused opening leaves the invitation as it was"


@pytest.mark.parametrize("address", [
    "x@town.aisho.example", "x@evilcity.fukaya.example", "x+y@city.fukaya.example", "takahashi@city.fukaya.example", "x",
])
def test_only_new_addresses_of_the_own_body_are_invited(client, people, address):
    answer = visit(client, people.administrator, "invite", email=address)
    assert answer.status_code == 200 and answer.context["invite"].errors
    assert not Invitation.objects.exists() and not Mail.objects.exists()


def test_an_invitation_into_another_bodys_department_is_refused(client, people):
    answer = visit(client, people.administrator, "invite", email=INVITED, department=people.jumin.pk)
    assert "department" in answer.context["invite"].errors and not Invitation.objects.exists()
    with pytest.raises(ValidationError):
        issue(people, department=people.jumin)


@pytest.mark.parametrize("answers", [{"name": "大\u200b塚"}, {"password": "short"}, {"kana": ""}, {"name": "\u202e"}])
def test_a_bad_answer_leaves_the_invitation_open(client, people, answers):
    invitation, token = issue(people)
    answer = client.post(reverse("accounts:invitation", args=[token]), NEWCOMER | answers)
    assert answer.status_code == 200 and not Person.objects.filter(email=INVITED).exists()
    assert Invitation.objects.open(token) == invitation


def test_withdrawing_takes_the_badge_and_keeps_the_reason(client, people):
    row = people.colleague.affiliations.get()
    assert visit(client, people.administrator, "withdraw", row.pk, reason=" ").status_code == 200
    assert fresh(people.colleague).standings
    visit(client, people.administrator, "withdraw", row.pk, reason="退職")
    row = Affiliation.objects.get(pk=row.pk)
    assert (row.verification.withdrawn_by, row.verification.reason) == (people.administrator, "退職")
    assert not fresh(people.colleague).standings
    client.force_login(people.colleague)
    assert client.get(reverse("chat:index")).url == reverse("accounts:pending")
    with pytest.raises(ValidationError):
        row.vouch(people.administrator, "administrator")


def test_a_transfer_ends_one_affiliation_and_begins_a_vouched_one(client, people):
    row = people.colleague.affiliations.get()
    tomorrow = timezone.localdate() + timedelta(days=1)
    visit(client, people.administrator, "transfer", row.pk, department=people.shimin.pk, title="主任", on=tomorrow)
    old, new = Affiliation.objects.filter(person=people.colleague).order_by("pk")
    assert (old.ends, old.is_primary, old.department) == (timezone.localdate(), True, people.ict)
    assert (new.starts, new.is_primary, new.department, new.title) == (tomorrow, True, people.shimin, "主任")
    assert new.verification.by == people.administrator
    assert [standing.pk for standing in fresh(people.colleague).standings] == [old.pk], "until tomorrow the old one stands"
    client.force_login(people.administrator)
    assert [row.pk for row in client.get(reverse("accounts:staff") + "?state=coming").context["found"]] == [new.pk]


@pytest.mark.parametrize("on", ["2020-04-01", "not a day", str(date.max), ""])
def test_a_transfer_on_an_impossible_day_changes_nothing(client, people, on):
    row = people.colleague.affiliations.get()
    answer = visit(client, people.administrator, "transfer", row.pk, department=people.shimin.pk, on=on)
    assert answer.status_code in (200, 302)
    if on != str(date.max):
        assert Affiliation.objects.filter(person=people.colleague).count() == 1


def test_administrators_and_contacts_are_named_by_the_body(client, people):
    row = people.colleague.affiliations.get()
    visit(client, people.administrator, "administrator", row.pk, on=1)
    visit(client, people.administrator, "contact", row.pk, on=1)
    row.refresh_from_db()
    assert row.is_administrator and row.is_contact
    assert visit(client, fresh(people.colleague), "staff").status_code == 200
    visit(client, people.administrator, "administrator", row.pk, on=0)
    assert visit(client, fresh(people.colleague), "staff").status_code == 403


def test_nobody_raises_confirms_or_transfers_themselves(client, people):
    own = people.administrator.affiliations.get()
    visit(client, people.administrator, "administrator", own.pk, on=0)
    tomorrow = timezone.localdate() + timedelta(days=1)
    visit(client, people.administrator, "transfer", own.pk, department=people.shimin.pk, on=tomorrow)
    own.refresh_from_db()
    assert own.is_administrator and own.ends is None
    second = Affiliation.objects.create(person=people.administrator, organization=people.fukaya, is_primary=False)
    with pytest.raises(PermissionDenied):
        second.confirm(people.administrator)


def test_deeds_refuse_another_bodys_administrator_on_the_model_too(people, other_administrator):
    pending, standing = people.pending.affiliations.get(), people.colleague.affiliations.get()
    invitation, _token = issue(people)
    for deed in (
        lambda: pending.confirm(other_administrator), lambda: pending.decline(other_administrator),
        lambda: standing.withdraw(other_administrator, "x"), lambda: standing.transfer(other_administrator, people.shimin),
        lambda: standing.set_contact(other_administrator, True), lambda: standing.appoint(other_administrator, True),
        lambda: invitation.withdraw(other_administrator), lambda: issue_as(other_administrator, people),
    ):
        with pytest.raises(PermissionDenied):
            deed()


def issue_as(who, people):
    return Invitation.objects.issue(who, people.fukaya, INVITED)
