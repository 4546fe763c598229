"""Half an IME conversion is never sent: real composition through the browser's own input, not events made by a script."""
import pytest
from playwright.sync_api import expect

from .keyboard import Keyboard

pytestmark = pytest.mark.browser


def test_the_composer_sends_the_whole_text_once(sit, street):
    window = sit("member")
    window.enter(street.rooms["ime"])
    keyboard = Keyboard(window)
    window.page.locator("#text").focus()
    for raw, converted in (("いどうとどけ", "異動届"), ("ようしき", "の様式")):
        keyboard.compose(raw)
        keyboard.strike_all()
        keyboard.compose(converted)
        keyboard.strike_all()
        keyboard.commit(converted)
        expect(window.page.locator("article")).to_have_count(0)
    expect(window.page.locator("#text")).to_have_value("異動届の様式")
    window.page.wait_for_timeout(60)  # the end of a conversion is its own key's for 50 ms
    window.page.locator("#text").press("Control+Enter")
    expect(window.message("異動届の様式")).to_have_count(1)
    assert window.bodies() == ["異動届の様式"]


def test_the_key_that_ends_a_conversion_sends_nothing(sit, street):
    """Safari's order: the conversion ends first, the Enter that ended it comes after."""
    window = sit("member")
    window.enter(street.rooms["keys"])
    keyboard = Keyboard(window)
    field = window.page.locator("#text")
    field.focus()
    keyboard.compose("へんかん")
    field.evaluate("""(field) => field.addEventListener("compositionend", () => field.dispatchEvent(
        new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true })), { once: true })""")
    keyboard.commit("変換")
    expect(field).to_have_value("変換")
    expect(window.page.locator("article")).to_have_count(0)


def test_the_edit_dialog_keeps_its_words(sit, street):
    window = sit("member")
    window.enter(street.rooms["wait"])
    window.write("直す前の言葉")
    window.message("直す前の言葉").hover()
    window.page.get_by_role("button", name="直す", exact=True).click()
    field = window.page.locator("#edit-text")
    expect(field).to_have_value("直す前の言葉")
    field.fill("")
    keyboard = Keyboard(window)
    field.focus()
    keyboard.compose("なおした")
    keyboard.strike_all()
    keyboard.commit("直した")
    expect(window.page.locator("#edit")).to_be_visible()
    assert window.bodies() == ["直す前の言葉"]
    window.page.wait_for_timeout(60)
    field.press("Control+Enter")
    expect(window.page.locator("#edit")).to_be_hidden()
    expect(window.message("直した")).to_have_count(1)


def test_the_filter_of_rooms_opens_nothing(sit, street):
    window = sit("member")
    window.enter(street.rooms["empty"])
    keyboard, here = Keyboard(window), window.page.url
    field = window.page.locator("#find-room")
    field.focus()
    keyboard.compose("ながい")
    keyboard.strike_all()
    keyboard.commit("長い話")
    assert window.page.url == here
    expect(window.page.locator("a[data-room]:visible")).to_have_count(1)
    window.page.wait_for_timeout(60)
    field.press("Enter")
    expect(window.page.locator("h1")).to_have_text("長い話の部屋")
