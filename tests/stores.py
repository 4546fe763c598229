"""PostgreSQL and Redis of the tests' own: private ports, a temporary folder, stopped by process id.

`with stores() as environment:` in Python; `python -m tests.stores -- command …` on the command line runs a command with
DATABASE_URL and REDIS_URL set. What the environment already names is used as it is, and not started.
"""
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import redis

PATIENCE = 60  # seconds a store may take to answer, and to stop


class Missing(Exception):
    """A program this machine does not have."""


def free_port():
    """A TCP port of 127.0.0.1 nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def postgres_folder():
    """The folder that holds both initdb and postgres: from PATH, else Debian's newest. Raises Missing."""
    on_path = [Path(folder) for folder in os.get_exec_path()]
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True)
    for folder in on_path + debian:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Missing("PostgreSQL (apt install postgresql)")


def unprivileged():
    """Arguments for subprocess that make a child somebody other than root, who may not run PostgreSQL."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise Missing("a user other than root (postgres or nobody)")


@contextlib.contextmanager
def folder(owner):
    """A temporary folder, given to `owner` (as from `unprivileged`), removed at the end.

    Directly under /tmp: the path of a socket in it has room for 107 bytes only, and `owner` must reach it.
    """
    path = Path(tempfile.mkdtemp(prefix="engawa-", dir="/tmp"))
    if owner:
        os.chown(path, owner["user"], owner["group"])
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def running(command, answers, stop_signal, **options):
    """Runs `command` until the block ends, which begins once `answers()` is true; else raises RuntimeError."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **options)
    try:
        deadline = time.monotonic() + PATIENCE
        while not answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{Path(command[0]).name} did not start (exit {process.poll()})")
            time.sleep(0.05)
        yield process
    finally:
        process.send_signal(stop_signal)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def postgresql():
    """A PostgreSQL of one's own, fsync on; gives its DATABASE_URL."""
    programs, owner, port = postgres_folder(), unprivileged(), free_port()
    with folder(owner) as home, (home / "log").open("wb") as log:
        options = {"cwd": home, "stdout": log, "stderr": log, **owner}
        subprocess.run(
            [programs / "initdb", "-D", home / "data", "-U", "engawa", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
            check=True, **options,
        )
        server = [programs / "postgres", "-D", home / "data", "-k", home, "-h", "127.0.0.1", "-p", str(port), "-N200"]
        url = f"postgres://engawa@127.0.0.1:{port}"

        def answers():
            try:
                with psycopg.connect(f"{url}/postgres", autocommit=True, connect_timeout=5) as connection:
                    connection.execute("CREATE DATABASE engawa")
            except psycopg.OperationalError:
                return False
            return True

        with running(server, answers, signal.SIGINT, **options):  # SIGINT: PostgreSQL's fast shutdown
            yield f"{url}/engawa"


@contextlib.contextmanager
def redis_server():
    """A Redis of one's own that writes nothing to disk; gives its REDIS_URL."""
    program, port = shutil.which("redis-server"), free_port()
    if program is None:
        raise Missing("Redis (apt install redis-server)")
    with folder({}) as home, (home / "log").open("wb") as log:
        server = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        client = redis.Redis(port=port)

        def answers():
            with contextlib.suppress(redis.ConnectionError):
                return client.ping()
            return False

        with running(server, answers, signal.SIGTERM, cwd=home, stdout=log, stderr=log):
            yield f"redis://127.0.0.1:{port}/0"


@contextlib.contextmanager
def stores():
    """Starts what the environment does not name; gives the two variables as a dict. Raises Missing."""
    starters = {"DATABASE_URL": postgresql, "REDIS_URL": redis_server}
    with contextlib.ExitStack() as stack:
        yield {
            name: os.environ.get(name) or stack.enter_context(start()) for name, start in starters.items()
        }


def main(arguments):
    """`python -m tests.stores -- command …`: runs the command, returns its exit code."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        raise SystemExit("usage: python -m tests.stores -- command …")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))  # so that every `with` is left
    try:
        with stores() as environment, subprocess.Popen(command, env={**os.environ, **environment}) as child:
            try:
                return child.wait()
            finally:
                child.terminate()
    except Missing as missing:
        raise SystemExit(f"missing: {missing}") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
