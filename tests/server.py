"""Real Daphne processes over one database, for tests that kill them. Process ids only; nothing else is touched."""
import asyncio
import contextlib
import json
import os
import secrets
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
            [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(self.port),
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

    def kill(self):
        """Ends every process."""
        for daphne in self.daphnes:
            daphne.kill()

    def complaints(self):
        """What the processes wrote about errors of their own."""
        lines = (self.folder / "server.log").read_text(errors="replace").splitlines()
        return [line for line in lines if "Error" in line or "Traceback" in line]

    def dump(self):
        """The database as the checker reads it, taken without Django."""
        url = self.environment["DATABASE_URL"]
        if url.startswith("sqlite"):
            connection = contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///")))
        else:
            connection = psycopg.connect(url)
        with connection as open_connection:
            def rows(columns, table):
                names = columns.split(", ")
                found = open_connection.execute(f"SELECT {columns} FROM {table}").fetchall()
                return [dict(zip(names, row, strict=True)) for row in found]

            messages = rows("room_id, number, client_id, author_id, body", "chat_message")
            for message in messages:
                message["client_id"] = str(uuid.UUID(str(message["client_id"])))
            return {
                "messages": messages,
                "memberships": rows("room_id, person_id, from_number, until_number", "chat_membership"),
                "rooms": rows("id, last_number", "chat_room"),
            }


@contextlib.contextmanager
def _database(folder):
    """A fresh database of the profile in force: a file, or one more database beside the one of DATABASE_URL."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        yield f"sqlite:///{folder / 'engawa.sqlite3'}"
        return
    name, server = f"engawa_{secrets.token_hex(4)}", urlsplit(given)
    with psycopg.connect(server._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield server._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def house(**sizes):
    """A staged house, nothing running yet. One process on SQLite; two with PostgreSQL and Redis."""
    with tempfile.TemporaryDirectory(prefix="engawa-house-") as path, _database(Path(path)) as url:
        folder = Path(path)
        environment = {
            **os.environ, "ENGAWA_VAR": str(folder), "DATABASE_URL": url, "SECRET_KEY": secrets.token_hex(32),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        production = url.startswith("postgres") and bool(environment.get("REDIS_URL"))
        if not production:
            environment.pop("REDIS_URL", None)
        made = House(folder, environment, processes=2 if production else 1)
        try:
            made.stage(**sizes)
            yield made
        finally:
            made.kill()
            made.log.close()
