"""Questions asked and rows written many times a second: built and compiled once, then used again with other values."""
import inspect
from functools import cache

from django.db import connection
from django.db.models.expressions import RawSQL
from django.db.models.sql import UpdateQuery
from django.utils import timezone

MARKS = range(2**62, 2**62 + 8)  # stand for the values while the question is compiled; no id of ours is ever so large


class Name(str):
    """A place in the compiled parameters where a value goes."""


class Prepared:
    """A queryset as a prepared question. The definition stays the queryset's own; only the building of it is spared.

    `build(**ids)` returns a queryset's `values_list`. It is called again on every day, since what stands depends on the
    date, and for every kind of database. Asking takes the same ids and returns rows.
    """

    compiled = {}  # of all questions; a test that changes a definition clears it

    def __init__(self, build):
        self.build, self.names = build, list(inspect.signature(build).parameters)

    def __call__(self, **ids):
        """The rows for these ids."""
        sql, parameters, compiler, converters = self._compiled()
        with connection.cursor() as cursor:
            cursor.execute(sql, [ids[value] if isinstance(value, Name) else value for value in parameters])
            rows = cursor.fetchall()
        return [tuple(row) for row in compiler.apply_converters(rows, converters)] if converters else rows

    def _compiled(self):
        key, today = (self, connection.vendor), timezone.localdate()
        day, statement = self.compiled.get(key, (None, None))
        if day != today:
            marks = dict(zip(self.names, MARKS, strict=False))
            names = {written: Name(name) for name, mark in marks.items() for written in (mark, str(mark))}
            compiler = self.build(**marks).query.get_compiler(connection=connection)
            sql, parameters = compiler.as_sql()
            converters = compiler.get_converters([column for column, *_ in compiler.select])  # SQLite's dates are words
            statement = sql, tuple(names.get(value, value) for value in parameters), compiler, converters
            self.compiled[key] = today, statement
        return statement


def update(model, pk, **values):
    """`model.objects.filter(pk=pk).update(**values)` for plain values; returns how many rows there were."""
    fields = tuple(values)
    sql, parameters = _update(model, fields, connection.vendor)
    given = {field: model._meta.get_field(field).get_db_prep_save(values[field], connection) for field in fields}
    with connection.cursor() as cursor:
        cursor.execute(sql, [given.get(value, pk) for value in parameters])
        return cursor.rowcount


@cache
def _update(model, fields, vendor):
    query = model._base_manager.filter(pk=MARKS[0]).query.chain(UpdateQuery)
    query.add_update_values({field: RawSQL("%s", [field]) for field in fields})
    return query.get_compiler(connection=connection).as_sql()
