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
        connections.settings["default"]["TEST"]["NAME"] = str(folder / "test.sqlite3")  # a file: threads meet in it


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
