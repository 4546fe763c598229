"""One machine at a counter, two people after one another: neither sees, nor says, what was the other's."""
import pytest
from playwright.sync_api import expect

from .desk import until

pytestmark = pytest.mark.browser
CUT = "() => { window.whole = WebSocket.prototype.send; WebSocket.prototype.send = function () { this.close(); }; }"
MEND = "() => { WebSocket.prototype.send = window.whole; }"


def test_words_that_wait_are_never_sent_by_whoever_signs_in_next(sit, street):
    sit.noisy = True
    window, room = sit("member"), street.rooms["shared"]
    window.enter(room)
    window.context.set_offline(True)
    window.page.evaluate(CUT)  # the line is dead, the page does not know
    window.write("髙橋が書いた、まだ届かない言葉")
    expect(window.page.locator("article[data-waiting]")).to_have_count(1)
    window.page.locator("#text").fill("髙橋の書きかけ")
    with window.page.expect_navigation():  # the page of the one gives way to a page of the other
        window.sit(street.people["neighbour"]["session"])
        window.page.evaluate(MEND)
        window.context.set_offline(False)
    expect(window.page.locator("#words")).to_have_attribute("data-person", str(street.people["neighbour"]["pk"]))
    until(window.page, lambda: window.page.evaluate("document.readyState") == "complete")
    window.page.wait_for_timeout(1_500)
    assert "髙橋が書いた、まだ届かない言葉" not in window.page.content()
    assert window.page.locator("#text").input_value() == ""
    window.sit(street.people["member"]["session"])
    window.page.reload()
    expect(window.message("まだ届かない言葉")).to_have_count(1)
    expect(window.message("まだ届かない言葉").locator(".name")).to_have_text("髙橋 由佳")
    assert window.page.locator("#text").input_value() == "髙橋の書きかけ"
