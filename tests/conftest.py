import shutil
import tempfile
from pathlib import Path

import pytest


def pytest_configure(config):
    """The suite's own settings: quick passwords, a folder of its own, and hints to a worker that nobody reads."""
    from django.conf import settings
    from django.db import connections

    from config import celery_app

    folder = Path(tempfile.mkdtemp(prefix="engawa-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MAIL_DIR = settings.EMAIL_FILE_PATH = folder / "mail"
    celery_app.conf.broker_url = "memory://"
    if connections["default"].vendor == "sqlite":
        database = connections.settings["default"]
        database["TEST"]["NAME"] = str(folder / "test.sqlite3")  # a file: threads meet in it
        # Nobody cuts the power of a database that lives for one run; the servers of tests/promises/ keep FULL.
        database["OPTIONS"]["init_command"] = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;"


def pytest_terminal_summary(terminalreporter):
    """What a proof has measured (`record_property`) is worth reading when it has passed, too."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(autouse=True)
def no_markup():
    """Tests that roll back give the same primary key to different messages; nothing else ever does."""
    from chat import markup

    markup._kept.clear()


@pytest.fixture
def people(db):
    """The whole cast, in a fresh database."""
    from . import cast

    return cast.cast()
