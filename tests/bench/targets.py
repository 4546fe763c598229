"""What is measured: Engawa whole, Engawa's hub alone, and the yardsticks. All processes of a target share one core."""
import contextlib
import os
import sys
import uuid
from pathlib import Path

import psycopg
import redis
from picows import ws_connect

from .. import stores
from ..server import ROOT, house
from .clients import Tabs, connect, listener
from .processes import cpu_seconds, listening, pin, process, resident_kib

SENDERS = 4  # sockets that send, in turn


class Server:
    """A Daphne with the application, or with another entry to it."""

    def __init__(self, port, popen):
        self.port, self.popen = port, popen

    @property
    def pids(self):
        """Its process."""
        return [self.popen.pid]

    def resident_kib(self):
        """Resident memory, in KiB."""
        return resident_kib(self.popen.pid)


class Engawa:
    """The full application on PostgreSQL and Redis, with `people` in one room."""

    def __init__(self, made, services, cores):
        self.house, self.services, self.cores = made, services, cores
        [self.room, *_] = (int(room) for room in made.cast["rooms"])
        members = made.cast["rooms"][str(self.room)]
        self.sessions = [made.cast["sessions"][str(person)] for person in members]

    @contextlib.contextmanager
    def serve(self, entry="config.asgi:application", cores=None):
        """Runs one Daphne until the block ends."""
        port = stores.free_port()
        command = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port), "--http-timeout", "120", entry]
        environment = {**self.house.environment, "PUBLIC_URL": f"http://127.0.0.1:{port}"}
        log = self.house.folder / "bench.log"
        with process(command, log, cores or self.cores, cwd=ROOT, env=environment) as popen:
            try:
                listening(port, popen)
                yield Server(port, popen)
            except BaseException:
                sys.stderr.write(log.read_text(errors="replace")[-3000:])
                raise

    def stored(self):
        """Messages in the database."""
        with psycopg.connect(self.house.environment["DATABASE_URL"]) as connection:
            return connection.execute("SELECT count(*) FROM chat_message").fetchone()[0]


@contextlib.contextmanager
def engawa(people, cores):
    """PostgreSQL and Redis of the bench's own, a staged database, no server yet."""
    with stores.stores() as environment:
        os.environ |= environment
        with psycopg.connect(environment["DATABASE_URL"]) as connection:
            backend = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
            postmaster = int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
        services = [postmaster, redis.Redis.from_url(environment["REDIS_URL"]).info("server")["process_id"]]
        pin(services, cores)
        with house(people=people) as made:
            yield Engawa(made, services, cores)


class Whole:
    """Everybody at one Daphne; the CPU of Daphne, PostgreSQL and Redis counts."""

    entry = "config.asgi:application"

    def __init__(self, app, recorder, clients):
        self.app, self.clients = app, clients
        self.tabs = Tabs(app.room, app.sessions, recorder)

    @contextlib.asynccontextmanager
    async def running(self):
        """The target with its clients connected."""
        with self.app.serve(self.entry) as self.server:
            await self.tabs.open(self.server, self.clients)
            yield self
            await self.tabs.close()
        if self.tabs.refusals:
            raise RuntimeError(f"{len(self.tabs.refusals)} refusals, the first: {self.tabs.refusals[0]!r}")

    def send(self, number, body):
        """One message, by the senders in turn."""
        self.tabs.post(number % SENDERS, body)

    def cpu(self):
        """Seconds used so far."""
        return cpu_seconds(self.server.pids + self.app.services)


class GroupAdd(Whole):
    """The same with one `group_add` per socket."""

    entry = "tests.bench.group_add:application"


class HubAlone(Whole):
    """Messages are written by another Daphne; only the process that hands them out counts."""

    @contextlib.asynccontextmanager
    async def running(self):
        """The target with its clients, and the writers elsewhere."""
        elsewhere = Tabs(self.app.room, self.app.sessions, None)
        with self.app.serve(cores=set(range(os.cpu_count()))) as writer:
            await elsewhere.open(writer, SENDERS, watch=False)
            self.post = elsewhere.post
            async with super().running():
                yield self
            await elsewhere.close()

    def send(self, number, body):
        """One message, by the writers in turn."""
        self.post(number % SENDERS, body)

    def cpu(self):
        """Seconds used so far by the one process."""
        return cpu_seconds(self.server.pids)


class BareUvloop:
    """No application, nothing stored: frames to sockets, from Python."""

    def __init__(self, cores, recorder, clients, folder):
        self.cores, self.recorder, self.number, self.folder = cores, recorder, clients, folder

    @contextlib.asynccontextmanager
    async def running(self):
        """The target with its clients connected."""
        port = stores.free_port()
        command = [sys.executable, "-m", "tests.bench.bare_uvloop", str(port)]
        with process(command, Path(self.folder) / "bare.log", self.cores, cwd=ROOT) as self.popen:
            listening(port, self.popen)
            kind = listener(lambda _client, payload: self.recorder.arrived(payload))
            self.clients = await connect(self.number, lambda _index: ws_connect(kind, f"ws://127.0.0.1:{port}/"))
            yield self
            for client in self.clients:
                client.transport.disconnect(False)

    def send(self, number, body):
        """One message, by the senders in turn."""
        Tabs.say(self.clients[number % SENDERS], t="post", id=str(uuid.uuid4()), body=body)

    def cpu(self):
        """Seconds used so far."""
        return cpu_seconds([self.popen.pid])
