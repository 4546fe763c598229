"""Processes of a target: started pinned to one core, measured with all their children, stopped by process id."""
import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def tree(pid):
    """A process and everything it started."""
    children = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                parent = int((folder / "stat").read_bytes().rpartition(b")")[2].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def cpu_seconds(pids):
    """User and system CPU of these process trees in seconds: nanoseconds for what lives, ticks for reaped children."""
    total = 0.0
    for pid in [one for root in pids for one in tree(root)]:
        with contextlib.suppress(OSError):
            total += time.clock_gettime((~pid << 3) | 2)  # CPU-time clock of another process, clock_getcpuclockid(3)
            reaped = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
            total += (int(reaped[13]) + int(reaped[14])) / TICK
    return total


def resident_kib(pid):
    """Resident memory of one process, in KiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ProcessLookupError(pid)


def pin(pids, cores):
    """Keeps these process trees, and what they start from now on, on the given cores."""
    for pid in [one for root in pids for one in tree(root)]:
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(pid, cores)


@contextlib.contextmanager
def process(command, log, cores, **options):
    """Runs a command on the given cores until the block ends; gives its Popen."""
    with Path(log).open("ab") as output:
        started = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores), **options,
        )
    try:
        yield started
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGTERM)
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def listening(port, started, patience=60):
    """Waits until somebody listens on the port. Raises RuntimeError when the process ended, TimeoutError after `patience`."""
    import socket

    end = time.monotonic() + patience
    while time.monotonic() < end:
        if started.poll() is not None:
            raise RuntimeError(f"{started.args[0]} ended with {started.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise TimeoutError(f"nobody listens on 127.0.0.1:{port}")
