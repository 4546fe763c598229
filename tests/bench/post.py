"""A message by the HTTP door: what it costs the web process, and the databases, in milliseconds of CPU."""
import asyncio
import http.client
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from urllib.parse import urlencode

from . import targets
from .clients import Tabs
from .load import text
from .processes import cpu_seconds

TOKEN = "k" * 32  # a CSRF secret as good as any: cookie and header must agree
PEOPLE = 8
AT_ONCE = 4  # connections
ROUNDS = 8  # of a run: shared machines change their speed within seconds


def poster(port, path, session, until):
    """One browser that posts again and again over one connection; returns how many were stored."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {
        "Cookie": f"engawa_session={session}; engawa_csrf={TOKEN}", "X-CSRFToken": TOKEN, "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    stored = 0
    while time.monotonic() < until:
        connection.request("POST", path, urlencode({"id": str(uuid.uuid4()), "body": text(stored)}), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 201:
            raise RuntimeError(f"{path} answered {answer.status}")
        stored += 1
    connection.close()
    return stored


async def loaded(server, path, sessions, seconds):
    """Posts for so many seconds; returns how many."""
    def everybody():
        until = time.monotonic() + seconds
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return sum(pool.map(lambda session: poster(server.port, path, session, until), sessions[:AT_ONCE]))

    return await asyncio.to_thread(everybody)


async def round_of(server, path, sessions, seconds, cpus):
    """Milliseconds of CPU for each post, by the parts that `cpus` measure."""
    before = [cpu() for cpu in cpus]
    posts = await loaded(server, path, sessions, seconds)
    return [1000 * (cpu() - earlier) / posts for cpu, earlier in zip(cpus, before, strict=True)]


async def post(options):
    """Engawa's door and a bare Django view on the same Daphne, in turn; returns one dict, of medians over the rounds."""
    seconds = options.seconds / ROUNDS
    with (
        targets.engawa(PEOPLE, options.server_cores) as app,
        app.serve() as ours,
        app.serve("tests.bench.bare_django:application") as bare,
    ):
        elsewhere = Tabs(app.room, [app.house.cast["sessions"][str(app.house.cast["outsider"])]], None)
        await elsewhere.open(ours, 1, watch=False)  # a page of somebody whom none of this concerns: there always is one
        path = f"/chat/rooms/{app.room}/messages/"
        parts = (lambda: cpu_seconds(ours.pids), lambda: cpu_seconds(app.services))
        await loaded(ours, path, app.sessions, 2)
        await loaded(bare, "/", app.sessions, 1)
        rounds = []
        for _ in range(ROUNDS):
            rounds.append((
                *await round_of(ours, path, app.sessions, seconds, parts),
                *await round_of(bare, "/", app.sessions, seconds, (lambda: cpu_seconds(bare.pids),)),
            ))
        await elsewhere.close()
    web, stores, yardstick = (sorted(column) for column in zip(*rounds, strict=True))
    return {
        "rounds": ROUNDS, "cpu_ms_per_post": round(median(web), 2), "cpu_ms_per_post_best": round(web[0], 2),
        "cpu_ms_stores": round(median(stores), 2), "cpu_ms_bare_django": round(median(yardstick), 2),
        "cpu_ms_bare_django_best": round(yardstick[0], 2),
        "ratio_bare_django": round(median([ours / theirs for ours, _stores, theirs in rounds]), 2),
    }
