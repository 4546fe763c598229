"""Loads the 47 prefectures and 1,741 municipalities; loading again changes only what the file changed."""
import csv
from collections import Counter
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ...models import Organization

DATA = Path(__file__).resolve().parents[2] / "data"
FIELDS = ["kind", "prefecture", "name", "label", "kana", "population"]


def read(path, columns):
    """Yields `(line number, row)` of a CSV file; CommandError when it is not UTF-8 text with these columns."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if missing := set(columns) - set(reader.fieldnames or []):
                raise CommandError(f"{path.name}: missing column {', '.join(sorted(missing))}")
            for row in reader:
                if None in row or None in row.values():
                    raise CommandError(f"{path.name} line {reader.line_num}: not {len(reader.fieldnames)} columns")
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{path.name}: {error}") from error


def populations():
    """People by code, from the census of 2020."""
    rows = read(DATA / "organization_population.csv", ["code", "population"])
    return {row["code"]: int(row["population"]) for _line, row in rows}


def bodies(path):
    """The bodies of the file as unsaved rows, each validated. CommandError names the line of the first bad one."""
    rows = list(read(path, ["code", "prefecture", "name", "kana", "kind"]))
    names, people, seen, found = Counter(row["name"] for _line, row in rows), populations(), set(), []
    for line, row in rows:
        label = row["name"] if names[row["name"]] == 1 else f"{row['name']}（{row['prefecture']}）"
        body = Organization(
            code=row["code"], kind=row["kind"], prefecture=row["prefecture"], name=row["name"], label=label,
            kana=row["kana"], population=people.get(row["code"]),
        )
        try:
            body.clean_fields(exclude=["parent"])
        except ValidationError as error:
            raise CommandError(f"{path.name} line {line}: {'; '.join(error.messages)}") from error
        if not body.code or body.code in seen:
            raise CommandError(f"{path.name} line {line}: the code {body.code or ''!r} is empty or stands twice")
        seen.add(body.code)
        found.append(body)
    return found


class Command(BaseCommand):
    """`manage.py load_organizations [--file CSV]`"""

    help = "Loads the local governments of Japan, by their 全国地方公共団体コード. May be run again."

    def add_arguments(self, parser):
        parser.add_argument("--file", type=Path, default=DATA / "organizations.csv", help="code,prefecture,name,kana,kind")

    @transaction.atomic
    def handle(self, *args, file, **options):
        found = bodies(file)
        stored = Organization.objects.in_bulk([body.code for body in found], field_name="code")
        new = [body for body in found if body.code not in stored]
        changed = [body for body in found if body.code in stored and self.renew(stored[body.code], body)]
        # Labels are unique: give up the old ones first, so that two bodies may exchange theirs in one file.
        Organization.objects.bulk_update(
            [Organization(pk=stored[body.code].pk, label=f"{body.code} {body.label}"[:80]) for body in changed],
            ["label"], batch_size=200,
        )
        Organization.objects.bulk_update([stored[body.code] for body in changed], FIELDS, batch_size=100)
        Organization.objects.bulk_create(new, batch_size=500)
        self.stdout.write(f"{len(found)} bodies: {len(new)} new, {len(changed)} changed")

    @staticmethod
    def renew(stored, body):
        """Takes over what the file says; True if anything differs. A population once known is left to the operators."""
        if stored.population is not None:
            body.population = stored.population
        before = [getattr(stored, field) for field in FIELDS]
        for field in FIELDS:
            setattr(stored, field, getattr(body, field))
        return before != [getattr(stored, field) for field in FIELDS]
