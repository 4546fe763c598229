"""Pokes: after commit, a word to every process that something changed. Never what. A lost poke heals by heartbeat."""
import asyncio
import logging
from contextlib import suppress

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)
PATIENCE = 2  # seconds a deed waits for its poke
loop = None  # the event loop of this process's hub, once it runs


def send(group, poke, sure=False):
    """Beside a hub its loop carries it, and nobody waits; elsewhere (the worker, a command) it is sent before this returns.

    Only that loop may touch the layer there: in memory it is not made for another thread's. `sure` waits for it, so that
    a server that stops right after a deed has told the others.
    """
    if loop is not None and loop.is_running():
        carried = asyncio.run_coroutine_threadsafe(_sent(group, poke), loop)
        if sure and not _in_a_loop():
            with suppress(TimeoutError):
                carried.result(PATIENCE)
    else:
        async_to_sync(get_channel_layer().group_send)(group, poke)


def _in_a_loop():
    try:
        return bool(asyncio.get_running_loop())
    except RuntimeError:
        return False


async def _sent(group, poke):
    try:
        await get_channel_layer().group_send(group, poke)
    except Exception:  # the layer is away: heartbeats find what this would have told
        logger.exception("poke")
