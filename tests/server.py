"""Real Daphne processes over one database, for tests that kill them. Process ids only; nothing else is touched."""
import asyncio
import contextlib
import json
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from .stores import free_port

ROOT = Path(__file__).resolve().parent.parent
REFUSED = "\ndjango.core.exceptions.PermissionDenied"
PATIENCE = 60  # seconds a process may take to listen, or to reach its kill point


class Daphne:
    """One server process on a port of its own; it may be started, killed and started again."""

    def __init__(self, folder, environment, log):
        self.port, self.environment, self.log, self.process = free_port(), environment, log, None
        self.orders = folder / f"kill-{self.port}"  # what tests/asgi.py reads

    @property
    def origin(self):
        """What a page of this process has as its origin."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self):
        """Starts the process with no kill point armed; returns once it listens."""
        self.arm("")
        environment = {**self.environment, "PUBLIC_URL": self.origin, "ENGAWA_KILL": str(self.orders)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "daphne", "-v", "0", "--no-server-name", "-b", "127.0.0.1", "-p", str(self.port),
             "--http-timeout", "120", "tests.asgi:application"],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )
        async with asyncio.timeout(PATIENCE):
            while not await self.listens():
                if self.process.poll() is not None:
                    raise RuntimeError(f"Daphne ended with {self.process.returncode}: {self.log.name}")
                await asyncio.sleep(0.05)

    async def listens(self):
        """Whether somebody answers on the port."""
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    def arm(self, order):
        """Orders the running process to die at a kill point: `name:nth visit`."""
        new = self.orders.with_suffix(".new")
        new.write_text(order)
        new.replace(self.orders)

    def kill(self):
        """SIGKILL, at once; harmless when it is dead already."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    async def death(self):
        """Waits until the process has killed itself at its point. Raises TimeoutError when it never gets there."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.orders.read_text()} was never reached")
            await asyncio.sleep(0.02)
        assert self.process.returncode == -signal.SIGKILL, f"ended with {self.process.returncode}: {self.log.name}"


class House:
    """A database with people in it, and the processes that serve it.

    `cast` is what `python -m tests.promises.stage` printed: people with their sessions, rooms with their members.
    """

    def __init__(self, folder, environment, processes):
        self.folder, self.environment = folder, environment
        self.log = (folder / "server.log").open("ab")
        self.daphnes = [Daphne(folder, environment, self.log) for _ in range(processes)]
        self.cast = {}

    def stage(self, module="tests.promises.stage", **sizes):
        """Makes the tables and the people, in a process of its own; sizes as that module says."""
        done = subprocess.run(
            [sys.executable, "-m", module, json.dumps(sizes)],
            cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True,
        )
        self.cast = json.loads(done.stdout)

    def plant(self, *names):
        """Has the processes started from now on carry these faults and hardships of tests/promises/faults.py."""
        self.environment["ENGAWA_PLANT"] = ",".join(names)

    def loosen(self, constraint):
        """Takes a constraint of the messages out of this house's database."""
        subprocess.run([sys.executable, "-m", "tests.promises.faults", constraint], cwd=ROOT, env=self.environment, check=True)

    def kill(self):
        """Ends every process."""
        for daphne in self.daphnes:
            daphne.kill()

    def complaints(self):
        """What the processes wrote about errors of their own: each line about one, a traceback whole as one text.

        Not that somebody was refused, which Django writes down with a traceback as well.
        """
        found, whole = [], False
        for line in (self.folder / "server.log").read_text(errors="replace").splitlines():
            if whole:
                found[-1] += "\n" + line
                whole = not line or line.startswith(" ")  # its last line, the error's own, is not indented
            elif "Error" in line or "Traceback" in line:
                found.append(line)
                whole = "Traceback" in line
        return [text for text in found if not text.endswith(REFUSED)]

    @contextlib.contextmanager
    def database(self):
        """A connection that knows nothing of Django; what was executed is committed at the end."""
        url = self.environment["DATABASE_URL"]
        if url.startswith("sqlite"):
            with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
                yield connection
        else:
            with psycopg.connect(url) as connection:
                yield connection

    def dump(self):
        """The database as the checker reads it, taken without Django."""
        with self.database() as connection:
            def rows(columns, table):
                names = columns.split(", ")
                found = connection.execute(f"SELECT {columns} FROM {table}").fetchall()
                return [dict(zip(names, row, strict=True)) for row in found]

            messages = rows("room_id, number, client_id, author_id, body", "chat_message")
            for message in messages:
                message["client_id"] = str(uuid.UUID(str(message["client_id"])))
            return {
                "messages": messages,
                "memberships": rows("room_id, person_id, from_number, until_number, read_number", "chat_membership"),
                "rooms": rows("id, last_number", "chat_room"),
            }


@contextlib.contextmanager
def _database(folder, like):
    """A database of the profile in force: a file, or one more beside the one of DATABASE_URL. Empty, or a copy of `like`'s."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        if like:
            shutil.copy(like.environment["DATABASE_URL"].removeprefix("sqlite:///"), folder / "engawa.sqlite3")
        yield f"sqlite:///{folder / 'engawa.sqlite3'}"
        return
    template = f" TEMPLATE {urlsplit(like.environment['DATABASE_URL']).path[1:]}" if like else ""
    name, server = f"engawa_{secrets.token_hex(4)}", urlsplit(given)
    with psycopg.connect(server._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}{template}")
        try:
            yield server._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def house(like=None, **sizes):
    """A staged house, nothing running yet; a copy of the house `like` as it stands, if given.

    One process on SQLite; two with PostgreSQL and Redis.
    """
    with tempfile.TemporaryDirectory(prefix="engawa-house-") as path, _database(Path(path), like) as url:
        folder = Path(path)
        environment = {
            **os.environ, "ENGAWA_VAR": str(folder), "DATABASE_URL": url,
            "SECRET_KEY": like.environment["SECRET_KEY"] if like else secrets.token_hex(32),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        production = url.startswith("postgres") and bool(environment.get("REDIS_URL"))
        if not production:
            environment.pop("REDIS_URL", None)
            environment["ENGAWA_HEARD"] = str(folder / "heard")
        made = House(folder, environment, processes=2 if production else 1)
        try:
            if like:
                made.cast = like.cast
            else:
                made.stage(**sizes)
            yield made
        finally:
            made.kill()
            made.log.close()
