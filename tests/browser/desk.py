"""Chromium, the windows people sit at, and the servers those look at."""
import asyncio
import contextlib
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from playwright.sync_api import expect, sync_playwright

from ..server import house
from .keyboard import HEARS_KEYS

FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-quic"]
DESK, LAPTOP, PHONE, ZOOMED = (1440, 900), (1366, 768), (390, 844), (683, 384)
HEARS_POLICY = "addEventListener('securitypolicyviolation', (e) => console.error('CSP', e.violatedDirective, e.blockedURI))"

expect.set_options(timeout=15_000)


def until(page, true, seconds=20):
    """Waits, with the page going on meanwhile, until `true()` is."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came to that"
        page.wait_for_timeout(20)


@contextlib.contextmanager
def chromium():
    """Debian's Chromium, started. Raises RuntimeError where there is none."""
    path = shutil.which("chromium")
    if not path:
        raise RuntimeError("The browser tests need Debian's Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Street:
    """A staged house with its servers running.

    One thread starts them all and lives as long as they do: starting is async and playwright's loop holds the test's
    own thread, and a server ends with the thread that started it.
    """

    def __init__(self, house):
        self.house, self.thread = house, ThreadPoolExecutor(1)
        self.rooms, self.people = house.cast["rooms"], house.cast["people"]

    def start(self):
        """Starts every process and waits until it listens."""
        for daphne in self.house.daphnes:
            self.thread.submit(asyncio.run, daphne.start()).result()

    def kill(self):
        """SIGKILL for every process."""
        self.house.kill()

    def origin(self, who):
        """The address `who` uses; where there are two processes, 𠮷田 sits at the other."""
        return self.house.daphnes[-1 if who == "neighbour" else 0].origin


@contextlib.contextmanager
def street():
    """The browser's house, with everybody in it."""
    with house(module="tests.browser.stage") as made:
        running = Street(made)
        running.start()
        yield running
        running.kill()
        running.thread.shutdown()


class Window:
    """One person's browser window on Engawa, with everything in it that should not be there in `noise`."""

    def __init__(self, browser, origin, size=DESK, scheme="light", **context):
        self.origin, self.noise = origin, []
        self.context = browser.new_context(
            base_url=origin, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, locale="ja-JP",
            timezone_id="Asia/Tokyo", has_touch=size == PHONE, **context,
        )
        self.context.add_init_script(HEARS_POLICY)
        self.context.add_init_script(HEARS_KEYS)
        self.context.on("console", lambda m: m.type in ("error", "warning") and self.noise.append(f"{m.type}: {m.text}"))
        self.context.on("weberror", lambda e: self.noise.append(f"exception: {e.error}"))
        self.context.on("request", self._check_host)
        self.page = self.context.new_page()

    def _check_host(self, request):
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and f"{address.scheme}://{address.netloc}" != self.origin:
            self.noise.append(f"request to {request.url}")

    def sit(self, session):
        """Takes a session made by the stage."""
        self.context.add_cookies([{"name": "engawa_session", "value": session, "url": self.origin}])
        return self

    def sign_in(self, address, password, lands="**/chat/"):
        """Signs in through the page, as a person does."""
        self.page.goto("/")
        self.page.get_by_label("アドレス").fill(address)
        self.page.get_by_label("パスワード").fill(password)
        self.page.get_by_role("button", name="ログインする").click()
        self.page.wait_for_url(lands)
        return self

    # -- in a room ----------------------------------------------------------------------------------------------------

    def enter(self, room, page=None):
        """Opens a room and waits until its page hears it live."""
        page = page or self.page
        frames = []
        page.once("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
        page.goto(f"/chat/rooms/{room}/")
        until(page, lambda: any('"t":"watching"' in frame for frame in frames))
        return page

    def write(self, words, page=None):
        """Writes into the composer and sends it with Ctrl+Enter."""
        page = page or self.page
        page.locator("#text").fill(words)
        page.locator("#text").press("Control+Enter")

    def message(self, words, page=None):
        """The delivered message with these words."""
        return (page or self.page).locator("article[data-number]").filter(has_text=words)

    def bodies(self, page=None):
        """The words of all delivered messages, in the order they stand."""
        return (page or self.page).locator("article[data-number] .msg-body").all_inner_texts()

    def close(self):
        """Closes the window."""
        self.context.close()
