"""No column without a canary: whatever column of words a model of ours gains, the house must put a canary into it."""
import pytest
from django.apps import apps
from django.db import models, transaction

from .house import VISITORS, House

WORDS = (models.CharField, models.TextField, models.JSONField, models.FileField, models.GenericIPAddressField, models.BinaryField)
OURS = {"accounts", "chat", "account", "mfa", "admin"}  # our own, and what installed apps store of people
NO_WORDS = {  # columns without words of anybody's, and why
    "accounts.Organization.code": "a public number",
    "accounts.Organization.prefecture": "one of 47",
    "chat.Room.direct_key": "two numbers",
    "chat.Message.badge": "label and department, which have theirs",
    "admin.LogEntry.object_id": "a number",
}

pytestmark = pytest.mark.django_db


def columns():
    """`{app.Model.column: model}` of every column that can hold what somebody wrote."""
    return {
        f"{model._meta.label}.{column.name}": model for model in apps.get_models() if model._meta.app_label in OURS
        for column in model._meta.concrete_fields if isinstance(column, WORDS) and not column.choices
    }


def test_every_column_of_words_holds_a_canary():
    with transaction.atomic():
        house = House()
        bare = []
        for name, model in columns().items():
            values = model._default_manager.values_list(name.rpartition(".")[2], flat=True)
            if name not in NO_WORDS and not any(word in str(value) for value in values for word in house.may_see):
                bare.append(name)
        assert not bare, (
            f"no canary in {bare}: put one there in tests/doors/things.py and say who may read it, "
            "or, if nobody's words can ever stand there, say why in NO_WORDS"
        )


def test_the_exceptions_are_columns_still():
    assert set(NO_WORDS) <= set(columns())


def test_every_canary_is_for_visitors_there_are():
    house = House()
    assert len(house.may_see) > 90
    assert all(readers <= set(VISITORS) for readers in house.may_see.values())
    assert not [(one, other) for one in house.may_see for other in house.may_see if one != other and one in other]
