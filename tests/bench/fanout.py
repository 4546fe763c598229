"""One room, many tabs: what a delivery costs, how long it takes, what an idle tab weighs."""
import asyncio
import contextlib
import tempfile

from . import targets
from .ejabberd import Ejabberd
from .load import Recorder, at_rate, saturate

WARM_UP = 2.0  # seconds
WINDOW = 16  # messages on their way at saturation
IDLE_TABS = 1_000
PEERS = ("bare-uvloop", "group-add", "ejabberd")


async def measured(target, recorder, options):
    """Loads a running target; returns its figures."""
    async def load(seconds):
        if options.rate:
            await at_rate(recorder, target.send, options.rate, seconds)
        else:
            await saturate(recorder, target.send, WINDOW, seconds)

    await load(WARM_UP)
    recorder.measuring_from = len(recorder.sent_at)
    before, began = target.cpu(), recorder.deliveries
    await load(options.seconds)
    spent, deliveries = target.cpu() - before, recorder.deliveries - began
    return {
        "messages": len(recorder.sent_at) - recorder.measuring_from, "deliveries": deliveries, "missing": recorder.missing(),
        "cpu_s": round(spent, 3), "deliveries_per_cpu_s": round(deliveries / spent),
        "p50_ms": recorder.milliseconds(0.5), "p99_ms": recorder.milliseconds(0.99),
    }


async def run(options, make):
    """Starts what `make(recorder)` gives, measures it, stops it."""
    recorder = Recorder(options.clients)
    async with make(recorder).running() as target:
        return await measured(target, recorder, options)


async def idle(app):
    """KiB of resident memory that one more idle tab costs the server, over a thousand of them."""
    tabs = targets.Tabs(app.room, app.sessions, None)
    with app.serve() as server:
        await tabs.open(server, 5)  # what is loaded once is loaded now
        await asyncio.sleep(2)
        before = server.resident_kib()
        await tabs.open(server, IDLE_TABS)
        await asyncio.sleep(2)
        after = server.resident_kib()
        await tabs.close()
    return round((after - before) / IDLE_TABS, 1)


def peer(name, app, options, folder):
    """How to make a yardstick: a function of the recorder."""
    if name == "group-add":
        return lambda recorder: targets.GroupAdd(app, recorder, options.clients)
    kind = {"bare-uvloop": targets.BareUvloop, "ejabberd": Ejabberd}[name]
    return lambda recorder: kind(options.server_cores, recorder, options.clients, folder)


async def fanout(options):
    """Engawa whole, its hub alone, and each yardstick, one after the other; returns one dict."""
    with targets.engawa(options.clients, options.server_cores) as app, contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="engawa-bench-"))
        result = await run(options, lambda recorder: targets.Whole(app, recorder, options.clients))
        result["stored"] = app.stored()
        alone = await run(options, lambda recorder: targets.HubAlone(app, recorder, options.clients))
        result["hub_deliveries_per_cpu_s"] = alone["deliveries_per_cpu_s"]
        result["kib_per_idle_socket"] = await idle(app)
        for name in options.vs:
            other = await run(options, peer(name, app, options, folder))
            key = name.replace("-", "_")
            result[key] = other
            result[f"ratio_{key}"] = round(result["deliveries_per_cpu_s"] / other["deliveries_per_cpu_s"], 2)
    return result
