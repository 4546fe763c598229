"""The 1,788 bodies and their codes."""
import csv

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from accounts.management.commands.load_organizations import DATA
from accounts.models import Organization
from accounts.models.organization import check_digit, validate_code

HEAD = "code,prefecture,name,kana,kind\n"


def rows():
    with (DATA / "organizations.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_code_is_right_and_a_single_wrong_digit_is_noticed():
    codes = [row["code"] for row in rows()]
    assert len(codes) == len(set(codes)) == 1788
    missed = []
    for code in codes:
        validate_code(code)
        assert check_digit(code[:5]) == code[5]
        missed += [
            wrong
            for at in range(6)
            for digit in "0123456789"
            if digit != code[at] and check_digit((wrong := code[:at] + digit + code[at + 1:])[:5]) == wrong[5]
        ]
    # Eleven remainders, ten digits: the standard folds two of them into the digit 1, and only there can one slip hide.
    assert {wrong[5] for wrong in missed} <= {"1"}
    assert len(missed) < len(codes) * 54 * 0.02


@pytest.mark.parametrize("bad", [
    "", "11218", "1121866", "112187", "１１２１８６", "11218６", "11218x", " 112186", "112186\n", "-12186",
])
def test_what_is_no_code_is_refused(bad):
    with pytest.raises(ValidationError):
        validate_code(bad)


def test_loading_writes_all_bodies_and_loading_again_nothing(db, django_assert_max_num_queries):
    call_command("load_organizations", verbosity=0)
    assert Organization.objects.count() == 1788
    kinds = {kind: Organization.objects.filter(kind=kind).count() for kind in Organization.Kind.values}
    assert kinds == {
        "prefecture": 47, "city": 792, "special_ward": 23, "town": 743, "village": 183, "union": 0, "ministry": 0,
    }
    assert Organization.objects.get(code="112186").label == "深谷市"
    assert Organization.objects.get(code="132063").label == "府中市（東京都）"
    assert Organization.objects.get(code="342084").label == "府中市（広島県）"
    assert Organization.objects.get(code="112186").population > 100_000
    assert Organization.objects.filter(population=None).count() == 0
    assert len(set(Organization.objects.values_list("label", flat=True))) == 1788

    before = list(Organization.objects.order_by("pk").values())
    with django_assert_max_num_queries(10):
        call_command("load_organizations", verbosity=0)
    assert list(Organization.objects.order_by("pk").values()) == before


def test_loading_again_takes_over_what_changed_and_leaves_the_figure_to_the_operator(db, tmp_path):
    file = tmp_path / "bodies.csv"
    file.write_text(HEAD + "132063,東京都,府中市,フチュウシ,city\n112186,埼玉県,深谷市,フカヤシ,city\n", encoding="utf-8")
    call_command("load_organizations", file=file, verbosity=0)
    Organization.objects.filter(code="112186").update(population=1)
    file.write_text(
        HEAD + "132063,東京都,府中市,フチュウシ,city\n342084,広島県,府中市,フチュウシ,city\n"
        "112186,埼玉県,新深谷市,シンフカヤシ,city\n",
        encoding="utf-8",
    )
    call_command("load_organizations", file=file, verbosity=0)
    assert dict(Organization.objects.values_list("code", "label")) == {
        "132063": "府中市（東京都）", "342084": "府中市（広島県）", "112186": "新深谷市",
    }
    assert Organization.objects.get(code="112186").population == 1


@pytest.mark.parametrize("bad, told", [
    ("112187,埼玉県,深谷市,フカヤシ,city", "line 3"), ("112186,埼玉県,深谷市,フカヤシ,hamlet", "line 3"),
    ("112186,埼玉県,,フカヤシ,city", "line 3"), ("132063,東京都,別の市,ベツノシ,city", "line 3"),
    (",埼玉県,深谷市,フカヤシ,city", "line 3"), ("112186,埼玉県,深谷市", "line 3"),
    ("112186,埼玉県,深\u202e谷市,フカヤシ,city", "line 3"),
])
def test_a_bad_row_is_named_and_nothing_is_written(db, tmp_path, bad, told):
    file = tmp_path / "bodies.csv"
    file.write_text(f"{HEAD}132063,東京都,府中市,フチュウシ,city\n{bad}\n", encoding="utf-8")
    with pytest.raises(CommandError, match=told):
        call_command("load_organizations", file=file, verbosity=0)
    assert not Organization.objects.exists()


def test_a_file_that_is_none_is_refused(db, tmp_path):
    (tmp_path / "cp932.csv").write_bytes((HEAD + "112186,埼玉県,深谷市,フカヤシ,city\n").encode("cp932"))
    (tmp_path / "columns.csv").write_text("code,name\n112186,深谷市\n", encoding="utf-8")
    for name in ("cp932.csv", "columns.csv", "absent.csv"):
        with pytest.raises(CommandError):
            call_command("load_organizations", file=tmp_path / name, verbosity=0)
