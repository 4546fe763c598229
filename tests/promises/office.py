"""An outbox with letters, a mail server that keeps what it takes, and workers that die in between."""
import contextlib
import signal
import socketserver
import subprocess
import sys
import threading
from collections import Counter
from email import message_from_bytes

from ..server import ROOT, house

LETTERS = 4
POINTS = ["claimed", "in between", "sent"]  # nothing said yet; the server spoken to; taken by the server, not marked


class Conversation(socketserver.StreamRequestHandler):
    """One connection of a worker, as a mail server hears it."""

    def handle(self):
        """Takes letters until the worker says goodbye, or is no more."""
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.server.interrupt()
                self.wfile.write(b"354 go on\r\n")
                self.take()
            else:
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                if word == b"QUIT":
                    return

    def take(self):
        """The letter itself. One that breaks off was never taken."""
        lines = [b"\r\n"]
        with contextlib.suppress(ConnectionError):
            while lines[-1] not in (b".\r\n", b""):
                lines.append(self.rfile.readline())
        if lines.pop() == b".\r\n":
            self.server.letters.append(message_from_bytes(b"".join(lines[1:])))
            self.wfile.write(b"250 taken\r\n")


class Sink(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it takes; `interrupt` is called before each letter's text."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.letters, self.interrupt = [], lambda: None


class Office:
    """A house with letters in its outbox, the server they go to, and workers."""

    def __init__(self, home, sink):
        self.house, self.sink, self.orders = home, sink, home.folder / "orders"
        home.environment |= {
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.server_address[1]}", "ENGAWA_KILL": str(self.orders),
        }

    def worker(self):
        """Starts a worker, which looks into the outbox once."""
        command = [sys.executable, "-m", "tests.promises.postman"]
        return subprocess.Popen(command, cwd=ROOT, env=self.house.environment, stdin=subprocess.DEVNULL)

    def dies(self, point):
        """A worker dies at its second letter."""
        if point == "in between":
            worker, times = self.worker(), Counter()
            self.sink.interrupt = lambda: times.update(["letter"]) or (times["letter"] == 2 and worker.kill())
        else:
            self.orders.write_text(f"{point}:2")
            worker = self.worker()
        assert worker.wait(60) == -signal.SIGKILL
        self.orders.write_text("")
        self.sink.interrupt = lambda: None

    def works(self):
        """A worker does what it finds to do; returns who has got how many letters up to now."""
        assert self.worker().wait(60) == 0
        return Counter(letter["To"] for letter in self.sink.letters)

    def waits(self):
        """So much time goes by that a worker's claim counts no more."""
        with self.house.database() as connection:
            connection.execute("UPDATE accounts_mail SET claimed_at = '2026-01-01 00:00:00' WHERE sent_at IS NULL")

    def unsent(self):
        """How many letters are not marked as sent."""
        with self.house.database() as connection:
            return connection.execute("SELECT count(*) FROM accounts_mail WHERE sent_at IS NULL").fetchone()[0]

    def faults(self, point):
        """What is wrong when all is over: a letter lost, doubled without cause, or doubled beyond recognition."""
        got = Counter(letter["To"] for letter in self.sink.letters)
        for number, who in enumerate(self.house.cast["recipients"]):
            due = 2 if point == "sent" and number == 1 else 1
            if got[who] != due:
                yield f"{'lost' if got[who] < due else 'doubled'}: {who} got {got[who]} letters, not {due} ({point})"
            same = {(letter["Message-ID"], letter["Date"]) for letter in self.sink.letters if letter["To"] == who}
            if len(same) > 1:
                yield f"unrecognised: the letters to {who} differ ({point})"
        if len({letter["Message-ID"] for letter in self.sink.letters}) < len(got):
            yield f"mistaken: letters to different people have one Message-ID ({point})"
        if unsent := self.unsent():
            yield f"lost: {unsent} letters are not marked as sent ({point})"


@contextlib.contextmanager
def open_office(like=None):
    """An office with letters to send, in a house of its own or a copy of `like`."""
    with house(like=like, module="tests.promises.letters", letters=LETTERS) as home, Sink() as sink:
        threading.Thread(target=sink.serve_forever, daemon=True).start()
        yield Office(home, sink)
        sink.shutdown()


def die_and_check(points):
    """A worker dies once at each of these points; returns what is wrong."""
    faults = []
    for point in points:
        with open_office() as office:
            office.dies(point)
            office.works()
            office.waits()
            office.works()
            faults += office.faults(point)
    return faults
