"""The load: messages of 200 characters, sent at fixed instants or as fast as everybody receives them, and what came of them."""
import array
import asyncio
import re
import time

MARK = re.compile(rb"#(\d{8})#")  # stands once in every message
_SEED = "本日の会議は午後三時から第二会議室で行います。資料は共有フォルダーに置きましたので、事前に目を通しておいてください。"
_BODY = (_SEED * 8)[:190]
GIVE_UP = 5.0  # seconds without any message reaching everybody


def text(number):
    """Message `number`: ten characters of mark, 190 of Japanese, 580 bytes."""
    return f"#{number:08d}#{_BODY}"


class Recorder:
    """Counts deliveries and keeps latencies: from the instant of sending until a client has the frame."""

    def __init__(self, clients):
        self.clients, self.sent_at, self.seen = clients, [], array.array("i")
        self.deliveries = self.completed = 0
        self.measuring_from, self.latencies = None, array.array("d")
        self.progress = asyncio.Event()

    def new(self):
        """The number of the next message; its clock starts now."""
        self.sent_at.append(time.perf_counter())
        self.seen.append(0)
        return len(self.sent_at) - 1

    def arrived(self, payload):
        """Takes the bytes of one frame; counts every message in it once for the client that got it."""
        now = time.perf_counter()
        for mark in MARK.finditer(payload):
            number = int(mark[1])
            self.deliveries += 1
            self.seen[number] += 1
            if self.measuring_from is not None and number >= self.measuring_from:
                self.latencies.append(now - self.sent_at[number])
            if self.seen[number] == self.clients:
                self.completed += 1
                self.progress.set()

    @property
    def outstanding(self):
        """Messages not yet with every client."""
        return len(self.sent_at) - self.completed

    async def progressed(self, patience):
        """Waits until one more message is with everybody; False when that takes longer than `patience` seconds."""
        self.progress.clear()
        try:
            async with asyncio.timeout(patience):
                await self.progress.wait()
        except TimeoutError:
            return False
        return True

    async def drain(self, patience=10.0):
        """Waits until nothing is outstanding, at most `patience` seconds."""
        end = time.perf_counter() + patience
        while self.outstanding and time.perf_counter() < end:
            await self.progressed(0.2)

    def milliseconds(self, share):
        """The latency which that share of the measured deliveries did not exceed; None without any."""
        if not self.latencies:
            return None
        ranked = sorted(self.latencies)
        return round(1000 * ranked[min(len(ranked) - 1, int(share * len(ranked)))], 2)

    def missing(self):
        """Deliveries that never came, of the measured messages."""
        return sum(self.clients - seen for seen in self.seen[self.measuring_from or 0:])


async def at_rate(recorder, send, rate, seconds):
    """Sends at fixed instants and never waits for the server."""
    start, sent = time.perf_counter(), 0
    while (due := sent / rate) < seconds:
        await asyncio.sleep(max(0, start + due - time.perf_counter()))
        send(number := recorder.new(), text(number))
        sent += 1
    await recorder.drain()


async def saturate(recorder, send, window, seconds):
    """Keeps `window` messages on their way. Raises TimeoutError when the target delivers nothing more."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        while recorder.outstanding < window:
            send(number := recorder.new(), text(number))
        if not await recorder.progressed(GIVE_UP):
            raise TimeoutError(f"{recorder.outstanding} messages never reached everybody")
    await recorder.drain()
