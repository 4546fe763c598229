"""What a screen reader is told: enough, gathered, at a pause, and never twice."""
import pytest
from playwright.sync_api import expect

from .desk import until
from .keyboard import Keyboard

pytestmark = pytest.mark.browser

# Every text the two live regions ever held, from the beginning of the page.
LISTEN = """addEventListener("DOMContentLoaded", () => {
  window.told = [];
  for (const id of ["news", "alarm"]) {
    const region = document.getElementById(id);
    if (region) new MutationObserver(() => window.told.push([id, region.textContent])).observe(region,
      { childList: true, characterData: true, subtree: true });
  }
});"""


NO_LINE = "() => { window.keep = WebSocket; window.WebSocket = class { readyState = 3; addEventListener() {} close() {} }; }"


@pytest.fixture
def two(sit, street):
    """The writer and the listener, in the room of that name."""
    def opened(subject):
        writer, listener = sit("member"), sit("neighbour")
        listener.context.add_init_script(LISTEN)
        for window in (writer, listener):
            window.enter(street.rooms[subject])
        return writer, listener

    return opened


def told(window, region="news"):
    """What was said so far, without the silences between."""
    return [words for where, words in window.page.evaluate("window.told") if where == region and words]


def said(window, words):
    """Waits until that was said."""
    until(window.page, lambda: words in told(window))


def counted(sentences):
    """How many messages these sentences speak of."""
    return sum(int(words.split("件")[0]) if "件の新しい発言" in words else 1 for words in sentences)


def test_a_message_is_read_out_once_with_who_and_whence_and_then_forgotten(two):
    writer, listener = two("news")
    writer.write("締切は" + "十二月一日の正午まで" * 8)
    expect(listener.message("締切は")).to_have_count(1)
    until(listener.page, lambda: told(listener))
    [first] = told(listener)
    start = "深谷市 髙橋さん：締切は十二月一日"
    assert first.startswith(start) and first.endswith("…") and len(first) == len("深谷市 髙橋さん：") + 60 + 1
    expect(listener.page.locator("#news")).to_have_text("")  # emptied, so that nobody comes upon it later
    writer.message("締切は").hover()
    writer.page.get_by_role("button", name="直す", exact=True).click()
    writer.page.locator("#edit-text").fill("締切は延びました")
    writer.page.keyboard.press("Control+Enter")
    expect(listener.message("締切は延びました")).to_have_count(1)
    writer.page.get_by_role("button", name="取り消す", exact=True).click()
    writer.page.locator("#withdraw-yes").click()
    expect(listener.page.locator("article.gone")).to_have_count(1)
    writer.write("次の言葉")
    said(listener, "深谷市 髙橋さん：次の言葉")
    assert len(told(listener)) == 2  # neither the edit nor the withdrawal
    assert listener.page.locator("#talk-scroll").get_attribute("aria-live") == "off"


def test_thirty_messages_in_a_storm_are_two_or_three_sentences(two):
    writer, listener = two("storm")
    for n in range(30):
        writer.write(f"嵐の{n}")
    expect(listener.page.locator("article[data-number]")).to_have_count(30)
    until(listener.page, lambda: counted(told(listener)) == 30)
    expect(listener.page.locator("#news")).to_have_text("")
    assert counted(told(listener)) == 30 and len(told(listener)) <= 3


def test_nobody_is_interrupted_while_writing(two):
    writer, listener = two("news")
    page = listener.page
    page.locator("#text").focus()
    keyboard = Keyboard(listener)
    keyboard.compose("へんじをかいて")
    writer.write("変換のあいだに来た言葉")
    writer.write("もう一つ")
    expect(listener.message("もう一つ")).to_have_count(1)
    page.wait_for_timeout(1_500)
    assert told(listener) == []
    keyboard.commit("返事を書いて")
    ended = page.evaluate("performance.now()")
    said(listener, "2件の新しい発言")
    assert page.evaluate("performance.now()") - ended >= 1_900  # at a pause, not at once
    page.locator("#text").press("Control+Enter")
    page.locator("#text").fill("続けて送る")
    page.locator("#text").press("Control+Enter")
    said(listener, "送りました。")
    expect(page.locator("#news")).to_have_text("")
    assert told(listener).count("送りました。") == 1


def test_a_lost_line_is_said_once_and_its_return_once(two, sit, street):
    sit.noisy = True
    _writer, listener = two("news")
    listener.page.evaluate(NO_LINE)
    street.kill()
    try:
        said(listener, "つながっていません。書いた文は、つながり次第送ります。")
        expect(listener.page.locator("#news")).to_have_text("")
    finally:
        street.start()
    listener.page.evaluate("() => { window.WebSocket = window.keep; dispatchEvent(new Event('online')); }")
    said(listener, "つながりました。")
    assert len(told(listener)) == 2


def test_somebody_from_beyond_who_can_read_now_is_said_at_once(two, sit, street):
    """While the writer types, too: it is about words that must not reach them."""
    writer, _listener = two("alarm")
    own = sit("member")
    own.context.add_init_script(LISTEN)
    own.enter(street.rooms["alarm"])
    own.page.locator("#text").press_sequentially("うちの")
    writer.page.goto(f"/chat/rooms/{street.rooms['alarm']}/people/?q=小島")
    writer.page.get_by_role("button", name="加える").click()
    expect(own.page.locator("#audience")).to_contain_text("（3人）")
    assert told(own, "alarm") == []  # one of our own: the strip shows it, nobody is alarmed
    writer.page.goto(f"/chat/rooms/{street.rooms['alarm']}/people/?q=ちょうそかべ")
    writer.page.get_by_role("button", name="招く").click()
    guest = sit("long_name")
    guest.page.goto("/chat/")
    guest.page.locator(".asked").filter(has_text="部屋 alarm").get_by_role("button", name="受ける").click()
    until(own.page, lambda: told(own, "alarm"))
    [words] = told(own, "alarm")
    assert words.startswith("読める人が増えました。 この部屋を読める人：") and "南アルプス市" in words and "（4人）" in words
    expect(own.page.locator("#alarm")).to_have_text("")
