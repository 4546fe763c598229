"""Second factors in a browser: a passkey of Chromium's own making, an app's numbers, codes in reserve; for everybody."""
import re

import pytest
from playwright.sync_api import expect

from ..cast import PASSWORD
from ..factors import number
from .desk import DESK, PHONE, Window
from .test_every_page import BEYOND, findings

pytestmark = pytest.mark.browser
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}


@pytest.fixture
def sat(chromium, street):
    """`sat("outsider")` signs somebody in at localhost, where passkeys work without TLS, with a device that makes them."""
    windows = []

    def opened(who, **options):
        window = Window(chromium, street.origin(who).replace("127.0.0.1", "localhost"), **options)
        windows.append(window)
        window.tools = window.context.new_cdp_session(window.page)
        window.tools.send("WebAuthn.enable")
        window.device = window.tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
        return window

    yield opened
    noise = [line for window in windows for line in window.noise if not window.bypassed]
    for window in windows:
        window.close()
    assert noise == []


def press(page, name):
    """A button or a link, whichever has this name."""
    page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True)).click()


def at(page, path):
    """Waits until the window is there."""
    expect(page).to_have_url(re.compile(f"{path}$"))


def first_step(window, person):
    """Address and password."""
    window.page.goto("/account/login/")
    window.page.get_by_label("アドレス").fill(person["address"])
    window.page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    press(window.page, "ログインする")


def proven(page):
    """The password once more, as before every change."""
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    press(page, "続ける")


def sign_out(page):
    """By the button on one's own page."""
    page.goto("/account/me/")
    press(page, "ログアウトする")
    at(page, "/account/login/")


def looked_at(window, name=""):
    """The page as it stands, at a desk and on a phone: axe finds nothing, and nothing stands beyond the edge."""
    page = window.page
    for size in (DESK, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert page.evaluate(BEYOND)[0] <= 0, (page.url, size)
        if window.bypassed:
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                assert findings(page) == [], (page.url, size, scheme)


def passkey_and_back(window, person):
    """Sets a passkey up, signs out, signs in by it alone, and takes it away again."""
    page = window.page
    first_step(window, person)
    at(page, "/chat/")
    page.goto("/account/factors/")
    looked_at(window)
    press(page, "パスキーを設定する")
    looked_at(window)
    proven(page)
    page.get_by_label("名前").fill("試験用のPC")
    looked_at(window)
    press(page, "パスキーを作る")
    at(page, "/account/factors/codes/")
    expect(page.locator(".codes li")).to_have_count(10)
    looked_at(window)
    press(page, "控えました")
    expect(page.get_by_text("試験用のPC", exact=True)).to_be_visible()
    looked_at(window)
    sign_out(page)
    looked_at(window)
    press(page, "パスキーで入る")
    at(page, "/chat/")
    sign_out(page)
    first_step(window, person)
    at(page, "/account/factors/step/")
    looked_at(window)
    press(page, "パスキーで確かめる")
    at(page, "/chat/")
    page.goto("/account/factors/")
    page.get_by_role("link", name=re.compile("^外す")).click()
    proven(page)
    looked_at(window)
    press(page, "パスキーを外す")
    expect(page.get_by_role("link", name="パスキーを設定する")).to_be_visible()


def code_and_away(window, person, code):
    """Signs in by a code in reserve, and takes the app away."""
    page = window.page
    sign_out(page)
    first_step(window, person)
    page.get_by_label("番号").fill(code)
    press(page, "ログインする")
    at(page, "/chat/")
    page.goto("/account/factors/")
    expect(page.get_by_text("9個残っています")).to_be_visible()
    press(page, "認証アプリを外す")
    proven(page)
    looked_at(window)
    press(page, "認証アプリを外す")
    expect(page.get_by_role("link", name="認証アプリを設定する")).to_be_visible()


@pytest.mark.parametrize("bypass", [False, True], ids=["policy", "axe"])
def test_a_passkey_is_made_and_signs_in_alone(sat, street, bypass):
    window = sat("outsider", bypass_csp=bypass)
    window.bypassed = bypass  # axe styles and fetches things itself: with it the policy is off, without it nothing is said
    passkey_and_back(window, street.people["outsider"])


@pytest.mark.parametrize("bypass", [False, True], ids=["policy", "axe"])
def test_an_app_is_set_up_its_number_and_a_code_in_reserve_open(sat, street, bypass):
    window = sat("long_name", bypass_csp=bypass)
    window.bypassed = bypass
    page, person = window.page, street.people["long_name"]
    first_step(window, person)
    at(page, "/chat/")
    page.goto("/account/factors/")
    press(page, "認証アプリを設定する")
    proven(page)
    press_summary(page, "読み取れないとき")
    looked_at(window)
    secret = re.sub(r"\s", "", page.locator(".secret").inner_text())
    box = page.locator(".qr").bounding_box()
    assert 150 < box["width"] == box["height"]
    page.get_by_label("6桁の番号").fill("000")
    press(page, "設定する")
    expect(page.locator(".error, .refused").first).to_be_visible()
    looked_at(window)
    page.get_by_label("6桁の番号").fill(number(secret, -1))
    press(page, "設定する")
    at(page, "/account/factors/codes/")
    codes = page.locator(".codes li").all_inner_texts()
    sign_out(page)
    first_step(window, person)
    press_summary(page, "どれも使えないとき")
    expect(page.get_by_text("もう一人の職員が本人を確かめて")).to_be_visible()
    looked_at(window)
    expect(page.get_by_label("番号")).to_have_attribute("autocomplete", "one-time-code")
    full_width = number(secret).translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    page.get_by_label("番号").fill(full_width)
    press(page, "ログインする")
    at(page, "/chat/")
    code_and_away(window, person, codes[0])


def press_summary(page, words):
    """Opens what is folded away."""
    page.locator("summary", has_text=words).click()


def test_without_passkeys_the_pages_offer_the_other_ways(sit, street):
    """At 127.0.0.1 a browser makes none: no button that cannot work, and the page says so."""
    window = sit("member")
    window.page.goto("/account/factors/")
    expect(window.page.get_by_text("パスキーを作れません")).to_be_visible()
    expect(window.page.get_by_text("パスキーを設定する")).to_be_hidden()
    nobody = sit(None, signed=False)
    nobody.page.goto(street.origin("member") + "/account/login/")
    expect(nobody.page.get_by_role("button", name="ログインする")).to_be_visible()
    expect(nobody.page.get_by_text("パスキーで入る")).to_be_hidden()


def test_a_passkey_that_is_not_there_is_said_in_words(sat, street):
    window = sat("outsider")
    window.bypassed = False
    window.page.goto("/account/login/")
    press(window.page, "パスキーで入る")
    expect(window.page.get_by_text("パスキーを使えませんでした")).to_be_visible()
