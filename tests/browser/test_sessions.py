"""Where one is signed in: the page, signing out from another browser, and words that outlive the session."""
import re
import time

import pytest
from playwright.sync_api import expect

from ..cast import PASSWORD
from .desk import DESK, PHONE, until
from .test_every_page import assert_clean

pytestmark = pytest.mark.browser

LIMIT = 2.0  # seconds
SIGN_IN = re.compile("/account/login/")


@pytest.fixture
def two(sit, street):
    """Two browsers of one person, signed in through the page: a desk and a telephone."""
    sit.noisy = True  # axe, and a socket that is closed on purpose
    windows = [sit("traveller", signed=False, size=size, bypass_csp=True) for size in (DESK, PHONE)]
    for window in windows:
        signed_in(window, street)
    return windows


def signed_in(window, street):
    """Signs in through the page, and leaves the list of rooms with its socket again."""
    window.sign_in(street.people["traveller"]["address"], PASSWORD)
    window.page.goto("/account/me/")


def test_the_list_and_ending_from_another_browser(two, street):
    desk, phone = two
    room = street.rooms["seisaku"]
    phone.enter(room)
    phone.page.locator("#text").fill("書きかけの、半分の文")
    desk.page.goto("/account/me/")
    desk.page.get_by_role("link", name="ログインしている端末").click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("ログインしている端末")
    assert_clean(desk)
    desk.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    others = desk.page.locator("ul.staff > li")
    before = others.count()
    others.first.get_by_role("button", name="終わらせる").click()
    ended = time.monotonic()
    phone.page.wait_for_url(SIGN_IN, timeout=LIMIT * 1000, wait_until="commit")
    assert time.monotonic() - ended < LIMIT
    expect(others).to_have_count(before - 1)
    expect(phone.page.locator(".ended")).to_contain_text("別の画面からログアウトしたか")
    assert "書きかけの" not in phone.page.locator(".talk, .rooms").all_inner_texts()
    assert_clean(phone)
    phone.page.get_by_label("アドレス").fill(street.people["traveller"]["address"])
    phone.page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    phone.page.get_by_role("button", name="ログインする").click()
    phone.page.wait_for_url(f"**/chat/rooms/{room}/")
    assert phone.page.locator("#text").input_value() == "書きかけの、半分の文"
    phone.page.locator("#text").fill("")
    desk.page.get_by_role("button", name="ほかの端末をすべて終わらせる").click()
    phone.page.wait_for_url(SIGN_IN, timeout=LIMIT * 1000, wait_until="commit")
    expect(desk.page.get_by_text("ほかにログインしている端末はありません。")).to_be_visible()
    expect(desk.page.get_by_text("ほかの端末のログインを、すべて終わらせました。")).to_be_visible()


def test_words_that_wait_outlive_the_session(two, street):
    desk, phone = two
    phone.enter(street.rooms["seisaku"])
    phone.page.evaluate("WebSocket.prototype.send = () => {}")  # what is sent now never gets through
    phone.write("届く前に終わった発言")
    expect(phone.page.locator("article[data-waiting]")).to_have_count(1)
    desk.page.goto("/account/sessions/")
    desk.page.get_by_role("button", name="ほかの端末をすべて終わらせる").click()
    phone.page.wait_for_url(SIGN_IN)
    signed_in(phone, street)
    phone.enter(street.rooms["seisaku"])
    expect(phone.message("届く前に終わった発言")).to_have_count(1)
    expect(phone.page.locator("article[data-waiting]")).to_have_count(0)


def test_a_sign_of_life_goes_out_every_few_minutes_and_only_for_a_hand(sit, street):
    window = sit("traveller", signed=False)
    signed_in(window, street)
    page, sent = window.page, []
    page.clock.install()
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    window.enter(street.rooms["seisaku"])

    def signs():
        return sum('"t":"here"' in frame for frame in sent)

    def move():
        page.mouse.move(300, 300)
        page.mouse.move(310, 300)
        page.keyboard.press("Shift")
        return signs()

    assert move() == 0, "opening the page was a sign itself"
    page.clock.fast_forward("05:00")  # the line is dead by then, and comes back
    page.wait_for_timeout(1_500)
    assert signs() == 0, "time alone is none"
    until(page, lambda: move() == 1)
    for _ in range(5):
        move()
    page.wait_for_timeout(300)
    assert signs() == 1
    page.clock.fast_forward("04:30")
    until(page, lambda: move() == 2)


def test_a_password_can_be_looked_at_and_pasted(sit, street):
    window = sit(None)
    page = window.page
    page.goto("/account/login/")
    field, button = page.locator("#id_password"), page.get_by_role("button", name="パスワードを表示")
    assert (field.get_attribute("type"), button.get_attribute("aria-pressed")) == ("password", "false")
    field.fill("mado-wo-akete")
    field.press("Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Space")
    assert (field.get_attribute("type"), button.get_attribute("aria-pressed")) == ("text", "true")
    assert field.input_value() == "mado-wo-akete" and field.get_attribute("spellcheck") == "false"
    assert button.get_attribute("aria-controls") == "id_password"
    window.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=window.origin)
    page.evaluate("navigator.clipboard.writeText('hari-tsuke-ta-kotoba')")
    field.press("ControlOrMeta+a")
    field.press("ControlOrMeta+v")
    assert field.input_value() == "hari-tsuke-ta-kotoba"
    page.locator("#id_login").fill("nobody@city.fukaya.example")
    with page.expect_request(lambda request: request.method == "POST"):
        page.get_by_role("button", name="ログインする").click()
    page.goto("/account/signup/")
    assert page.get_by_role("button", name="パスワードを表示").count() == 2
