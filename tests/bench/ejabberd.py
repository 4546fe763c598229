"""A yardstick of the trade: ejabberd from Debian, a group chat with its archive in PostgreSQL, plain XMPP on loopback."""
import asyncio
import base64
import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from .. import stores
from .load import MARK
from .processes import cpu_seconds, listening, pin, process
from .targets import SENDERS

BODY = re.compile(rb"<body[^>]*>" + MARK.pattern)
OPENING = (
    "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams'>"
)
ROOM = "bench@conference.localhost"
CONFIGURATION = """
hosts: [localhost]
loglevel: warning
sql_type: pgsql
sql_server: "127.0.0.1"
sql_port: {sql_port}
sql_database: ejabberd
sql_username: {sql_user}
sql_password: "x"
sql_pool_size: 5
listen:
  - {{port: {port}, ip: "127.0.0.1", module: ejabberd_c2s, max_stanza_size: 1000000, shaper: none, access: all}}
auth_method: [anonymous]
anonymous_protocol: login_anon
allow_multiple_connections: true
max_fsm_queue: 1000000
modules:
  mod_disco: {{}}
  mod_mam: {{db_type: sql, default: always}}
  mod_muc:
    host: conference.localhost
    access: all
    access_create: all
    history_size: 0
    max_users: 5000
    min_message_interval: 0
    default_room_options: {{mam: true, persistent: true, max_users: 5000, logging: false}}
"""


class Client(asyncio.Protocol):
    """One person in the room."""

    def __init__(self, recorder):
        self.recorder, self.buffer, self.waiting, self.inside = recorder, b"", None, False

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        if self.inside:
            end = 0
            for found in BODY.finditer(self.buffer):
                self.recorder.arrived(found[0])
                end = found.end()
            self.buffer = self.buffer[max(end, len(self.buffer) - 64):]
        elif self.waiting and self.waiting[0].search(self.buffer) and not self.waiting[1].done():
            self.buffer = b""
            self.waiting[1].set_result(None)

    async def ask(self, text, until):
        """Sends XML and waits until the answer holds a pattern."""
        self.waiting = (re.compile(until), asyncio.get_running_loop().create_future())
        self.transport.write(text.encode())
        async with asyncio.timeout(60):
            await self.waiting[1]

    async def enter(self, name):
        """Signs in and joins the room."""
        await self.ask(OPENING, rb"</stream:features>")
        proof = base64.b64encode(f"\0{name}\0-".encode()).decode()
        await self.ask(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{proof}</auth>", rb"<success|<failure")
        await self.ask(OPENING, rb"</stream:features>")
        await self.ask(
            "<iq type='set' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>", rb"</jid>"
        )
        # The subject ends a join.
        await self.ask(
            f"<presence to='{ROOM}/{name}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>",
            rb"<subject",
        )
        self.inside, self.buffer = True, b""


class Ejabberd:
    """The target; its PostgreSQL is the bench's, with a database of its own."""

    def __init__(self, cores, recorder, clients, folder):
        self.cores, self.recorder, self.number, self.folder = cores, recorder, clients, Path(folder)
        if shutil.which("ejabberdctl") is None:
            raise SystemExit("ejabberd is missing (Debian: apt install ejabberd erlang-p1-pgsql)")

    @contextlib.contextmanager
    def database(self):
        """A PostgreSQL of its own with ejabberd's tables; gives its URL in parts."""
        with stores.postgresql() as url, psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE ejabberd")
            parts = urlsplit(url)._replace(path="/ejabberd")
            [schema] = Path("/usr/share/ejabberd").rglob("pg.sql")
            subprocess.run(["psql", "-qX", parts.geturl().replace("postgres:", "postgresql:"), "-f", schema],
                           check=True, stdout=subprocess.DEVNULL)
            backend = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
            self.postmaster = int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
            pin([self.postmaster], self.cores)
            yield parts

    @contextlib.asynccontextmanager
    async def running(self):
        """The target with everybody in the room."""
        port, home = stores.free_port(), self.folder / "ejabberd"
        home.mkdir()
        with self.database() as parts:
            written = CONFIGURATION.format(port=port, sql_port=parts.port, sql_user=parts.username)
            (home / "ejabberd.yml").write_text(written)
            command = [
                "erl", "+K", "true", "+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none", "-noinput",
                "-mnesia", "dir", f'"{home}/mnesia"', "-s", "ejabberd",
            ]
            environment = {
                **os.environ, "HOME": str(home), "EJABBERD_CONFIG_PATH": str(home / "ejabberd.yml"),
                "EJABBERD_LOG_PATH": str(home / "ejabberd.log"), "ERL_LIBS": str(next(Path("/usr/lib").glob("*-linux-gnu"))),
            }
            with process(command, home / "out.log", self.cores, cwd=home, env=environment) as self.popen:
                listening(port, self.popen)
                self.clients = [await self.entered(port, index) for index in range(self.number)]
                await asyncio.sleep(2)
                yield self
                for client in self.clients:
                    client.transport.abort()

    async def entered(self, port, index):
        """One more client in the room."""
        loop = asyncio.get_running_loop()
        _transport, client = await loop.create_connection(lambda: Client(self.recorder), "127.0.0.1", port)
        await client.enter(f"user{index}")
        return client

    def send(self, number, body):
        """One message, by the senders in turn."""
        stanza = f"<message to='{ROOM}' type='groupchat' id='m{number}'><body>{body}</body></message>"
        self.clients[number % SENDERS].transport.write(stanza.encode())

    def cpu(self):
        """Seconds used so far, its database included."""
        return cpu_seconds([self.popen.pid, self.postmaster])
