"""`manage.py demo`: the same invented municipalities every time, for trying and for looking at."""
import random
from importlib import import_module

from django.apps import apps
from django.core.management import BaseCommand, CommandError, call_command
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from accounts import demo
from accounts.models import Organization

SEED = 20261121


def stages():
    """The installed apps that bring a `demo` module, in their order, with that module."""
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, "demo"):
            yield app, import_module(f"{app.name}.demo")


class Command(BaseCommand):
    """Fills an empty database, or prints how to sign in to one that holds the demo."""

    help = "空のデータベースに、試用のための団体・職員・部屋・発言をつくります。"

    def add_arguments(self, parser):
        parser.add_argument("--full", action="store_true", help="職員1,000人、発言100,000件でつくります。")
        parser.add_argument("--sign-ins", action="store_true", help="サインインのアドレスだけを表示します。")

    def handle(self, *, full, sign_ins, **options):
        if sign_ins:
            if demo.is_here():
                self.print_sign_ins()
            return
        refuse_unless_empty()
        call_command("load_organizations", stdout=self.stdout)
        made = fill(demo.FULL if full else demo.SMALL, timezone.now())
        self.stdout.write("試用のデータをつくりました。")
        self.stdout.write("、".join(f"{what} {number:,}" for what, number in made.items()))
        self.stdout.write("")
        self.print_sign_ins()

    def print_sign_ins(self):
        """One line for each role: address, password, who it is."""
        for address, name, post in demo.SIGN_INS:
            self.stdout.write(f"{address:<34} {demo.PASSWORD}  {name}　{post}")


def refuse_unless_empty():
    """CommandError when any table of an app with a demo holds a row, the organizations aside."""
    for app, _module in stages():
        for model in app.get_models():
            if model is not Organization and model._base_manager.exists():
                raise CommandError(
                    f"このデータベースには、すでに「{model._meta.verbose_name}」があります。"
                    "試用のデータは、空のデータベースにだけつくれます。"
                )


@transaction.atomic
def fill(scale, now):
    """Runs every app's `demo.fill(scale, random, now)` in one transaction; returns `{what: how many}`."""
    dice, made = random.Random(SEED), {}
    for _app, module in stages():
        made |= module.fill(scale, dice, now)
    return made
