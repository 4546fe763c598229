"""Where several processes test at once, each has a Redis of its own: what one tells, another must not hear.

A plugin, so that it comes before the settings are read. Databases are set apart by pytest-django.
"""
import atexit
import contextlib
import os

from .stores import redis_server

if os.environ.get("REDIS_URL") and os.environ.get("PYTEST_XDIST_WORKER", "gw0") != "gw0":
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    os.environ["REDIS_URL"] = stack.enter_context(redis_server())
