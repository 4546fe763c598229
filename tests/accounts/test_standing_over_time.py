"""Standing in time: planned transfers, words taken back before they hold, deeds done twice or by two at once."""
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import Affiliation, Invitation, Mail, Organization, Person, Verification
from chat.models import Message, seats

from ..cast import PASSWORD, fresh, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(people):
    """The colleague's affiliation, a year old."""
    found = people.colleague.affiliations.get()
    found.starts -= timedelta(days=365)
    found.save()
    return found


@pytest.fixture
def spring():
    """A day to come."""
    return timezone.localdate() + timedelta(days=30)


@pytest.fixture
def on(monkeypatch):
    """Moves today's date in Japan to the given day."""
    return lambda day: monkeypatch.setattr(timezone, "localdate", lambda *args: day)


def test_a_withdrawn_person_does_not_come_back_by_a_transfer_planned_before(people, row, spring, on):
    row.transfer(people.administrator, people.shimin, on=spring)
    row.withdraw(people.administrator, "退職")
    on(spring)
    assert not fresh(people.colleague).standings


def test_an_administrator_relieved_of_the_power_does_not_regain_it_by_a_planned_transfer(people, row, spring, on):
    row.appoint(people.administrator, True)
    row.transfer(people.administrator, people.shimin, on=spring)
    row.appoint(people.administrator, False)
    on(spring)
    assert fresh(people.colleague).standings and not fresh(people.colleague).administers(people.fukaya)


@pytest.mark.parametrize("who", ["withdrawn", "pending"])
def test_only_somebody_who_stands_is_transferred(people, who):
    affiliation = getattr(people, who).affiliations.get()
    affiliation.starts -= timedelta(days=9)
    affiliation.save()
    with pytest.raises(ValidationError):
        affiliation.transfer(people.administrator, people.ict)
    assert not fresh(getattr(people, who)).standings


@pytest.mark.parametrize("days", [0, 30])
def test_a_transfer_sent_twice_is_recorded_once(people, row, days):
    on = timezone.localdate() + timedelta(days=days)
    row.transfer(people.administrator, people.shimin, on=on)
    for again in (Affiliation.objects.get(pk=row.pk), row):
        with pytest.raises(ValidationError):
            again.transfer(people.administrator, people.shimin, on=on)
    assert people.colleague.affiliations.count() == 2


def test_a_body_that_took_its_word_back_renames_nobody(people, client):
    people.withdrawn.affiliations.get()
    client.force_login(people.administrator)
    answer = client.post(f"/admin/accounts/person/{people.withdrawn.pk}/change/", {
        "name": "別の 名前", "kana": "", "affiliations-TOTAL_FORMS": 0, "affiliations-INITIAL_FORMS": 0,
    })
    assert answer.status_code == 403 and fresh(people.withdrawn).name == "関口 修"


def test_nobody_is_confirmed_whose_address_nobody_has_proven(people, client):
    client.post("/account/signup/", {
        "email": "shicho@city.fukaya.example", "name": "市長 太郎", "kana": "しちょう たろう",
        "password1": PASSWORD, "password2": PASSWORD,
    })
    claimed = Person.objects.get(email="shicho@city.fukaya.example").affiliations.get()
    assert claimed not in Affiliation.objects.pending()
    with pytest.raises(ValidationError):
        claimed.confirm(people.administrator)
    EmailAddress.objects.filter(user=claimed.person).update(verified=True)
    assert claimed in Affiliation.objects.pending() and claimed.confirm(people.administrator)


@pytest.mark.parametrize("first", ["registration", "invitation"])
def test_a_stranger_who_registers_an_address_does_not_shut_out_its_owner(people, client, first):
    """Nobody proved that address; the invitation goes to it, so whoever has the letter has."""
    address = "shinjin@city.fukaya.example"
    forged = {"email": address, "name": "偽者", "kana": "にせもの", "password1": PASSWORD, "password2": PASSWORD}
    if first == "registration":
        client.post("/account/signup/", forged)
    _sent, token = Invitation.objects.issue(people.administrator, people.fukaya, address)
    if first == "invitation":
        client.post("/account/signup/", forged)
    assert Person.objects.get(email=address).name == "偽者"
    Invitation.objects.open(token).accept("新人 一", "しんじん はじめ", "betsu-no-aikotoba-2026")
    owner = Person.objects.get(email=address)
    assert owner.name == "新人 一" and owner.standings and not owner.check_password(PASSWORD)


def test_two_administrators_at_once_confirm_and_decline_one_person(people):
    """Each has read the row before the other acted."""
    one, two = (Affiliation.objects.get(person=people.pending) for _ in range(2))
    two.decline(people.administrator)
    with pytest.raises(ValidationError):
        one.confirm(people.administrator)
    with pytest.raises((ValidationError, PermissionDenied)):
        one.decline(people.administrator)


@pytest.mark.parametrize("path", ["/account/password/reset/", "/account/signup/"])
def test_links_in_letters_bear_the_public_address_whatever_the_host_header(people, client, settings, path):
    settings.PUBLIC_URL = "https://engawa.example"
    settings.ALLOWED_HOSTS = ["engawa.example", "localhost"]
    for email in ("takahashi@city.fukaya.example", "nobody@city.fukaya.example"):
        client.post(path, {
            "email": email, "name": "名", "kana": "めい", "password1": PASSWORD, "password2": PASSWORD,
        }, headers={"host": "localhost:666"})
    letters = list(Mail.objects.all())
    assert len(letters) == 2
    for letter in letters:
        assert "https://engawa.example/account/" in letter.body and ":666" not in letter.body


def test_pages_of_the_signed_in_stay_in_no_cache(people, client):
    client.force_login(people.member)
    for path in ("/chat/", f"/chat/rooms/{people.shared.pk}/", f"/chat/rooms/{people.shared.pk}/older/?before=9", "/account/me/"):
        assert "no-store" in client.get(path).headers.get("Cache-Control", ""), path


def test_until_a_planned_transfer_the_old_post_stays_the_primary_one(people):
    brigade = Organization.objects.create(name="深谷市消防団", label="深谷市消防団", kind="union")
    second = Affiliation.objects.create(
        person=people.colleague, organization=brigade, is_primary=False, starts=timezone.localdate() - timedelta(days=900)
    )
    second.vouch(people.operator, Verification.Method.APPLICATION)
    post = people.colleague.affiliations.get(organization=people.fukaya)
    assert post.is_primary
    post.transfer(people.administrator, people.shimin, on=timezone.localdate() + timedelta(days=3))
    assert fresh(people.colleague).standings[0] == post, "a group room opened today belongs to the town, not to the brigade"


def test_somebody_declined_by_mistake_can_be_invited(people):
    address = people.pending.email
    people.pending.affiliations.get().decline(people.administrator)
    _sent, token = Invitation.objects.issue(people.administrator, people.fukaya, address)
    assert Invitation.objects.open(token).accept("新井 望", "あらい のぞみ", "betsu-no-aikotoba-2026").standings


@pytest.mark.parametrize("visitor", ["outsider", "member", "withdrawn", "neighbour", "pending"])
def test_only_the_bodys_administrators_take_somebody_back(people, visitor):
    left = people.withdrawn.affiliations.get()
    with pytest.raises(PermissionDenied):
        left.take_back(getattr(people, visitor))
    assert not fresh(people.withdrawn).standings


def test_who_is_taken_back_gets_a_new_affiliation_and_no_gap(people):
    left = people.withdrawn.affiliations.get()
    say(people.department_room, people.member, "離れていたあいだの話")
    renewed = left.take_back(people.administrator, people.shimin)
    seats.settle(fresh(people.withdrawn))
    assert fresh(people.withdrawn).standings == [renewed] and renewed.is_primary
    left.refresh_from_db()
    assert left.verification.withdrawn_at, "the old word stays withdrawn"
    assert not Message.objects.visible_to(fresh(people.withdrawn)).exists()
    with pytest.raises(ValidationError):
        left.take_back(people.administrator)
    with pytest.raises(ValidationError):
        people.pending.affiliations.get().take_back(people.administrator)  # never vouched for: that is confirming
