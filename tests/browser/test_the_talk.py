"""The talk as one reads it: where it opens, what moves and what does not, what waits, what strains it."""
import signal

import pytest
from playwright.sync_api import expect

from .desk import DESK, PHONE, ZOOMED, until
from .stage import HARD, LONG, UNREAD

pytestmark = pytest.mark.browser

SIDEWAYS = """() => [...document.querySelectorAll("html, body, main, #talk-scroll, #talk-list, article, header, .talk-foot")]
  .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "hidden"
    && getComputedStyle(e).display !== "inline")
  .map((e) => `${e.tagName}.${e.className}#${e.id} ${e.scrollWidth} > ${e.clientWidth}`)"""

AT_REST = """() => new Promise((resolve) => {
  let before;
  const look = () => {
    const now = document.getElementById("talk-scroll").scrollTop;
    if (now === before) return resolve(now);
    before = now;
    setTimeout(look, 100);
  };
  look();
})"""
OUTSIDE = """() => [...document.querySelectorAll("main *")].filter((e) => e.getClientRects().length
  && !e.closest(".sr, .more > .msg-head, .msg-tools") && e.getBoundingClientRect().right > innerWidth + 1)
  .map((e) => e.outerHTML.slice(0, 90))"""


def top_of(window, words):
    """Where a message stands on the screen, in px."""
    return window.page.get_by_text(words, exact=False).first.bounding_box()["y"]


def scroll(window, pixels):
    """Turns the wheel over the talk, and waits until it has come to rest."""
    window.page.locator("#talk-scroll").hover()
    window.page.mouse.wheel(0, pixels)
    return window.page.evaluate(AT_REST)


def test_it_opens_at_the_unread_line_with_days_between(sit, street):
    window = sit("member")
    window.enter(street.rooms["unread"])
    line = window.page.locator(".new-line")
    expect(line).to_have_text("ここから未読")
    expect(line).to_be_in_viewport()
    first = line.locator("xpath=following-sibling::article[1]")
    assert int(first.get_attribute("data-number")) > LONG - UNREAD
    days = window.page.locator(".day")
    assert days.count() >= 3
    expect(days.last).to_contain_text("今日")
    assert "(" in days.first.inner_text() and "月" in days.first.inner_text()


def test_it_opens_at_an_unread_line_further_back_than_a_page(sit, street):
    window = sit("member")
    window.enter(street.rooms["far"])
    line = window.page.locator(".new-line")
    expect(line).to_be_in_viewport()
    expect(line.locator("xpath=following-sibling::article[1]")).to_have_attribute("data-number", "11")
    expect(window.page.locator(f"a[data-room='{street.rooms['far']}'] .num")).to_have_text("99+")
    window.page.locator("#jump").click()
    expect(window.page.locator(f"a[data-room='{street.rooms['far']}'] .count")).to_be_hidden()


def test_the_way_back_to_the_newest_counts_what_came(sit, street):
    reader, writer = sit("neighbour", size=DESK), sit("member")
    reader.enter(street.rooms["long"])
    writer.enter(street.rooms["long"])
    jump = reader.page.locator("#jump")
    scroll(reader, -2500)
    expect(jump).to_have_text("新しい発言へ")
    words = reader.page.evaluate("""() => { const s = document.getElementById('talk-scroll').getBoundingClientRect();
      return [...document.querySelectorAll('article')].find((a) => a.getBoundingClientRect().top > s.top + 100)
        .querySelector('.msg-body').innerText.split('\\n')[0]; }""")
    before = top_of(reader, words)
    for n in (1, 2):
        writer.write(f"読んでいるあいだに届く {n}")
    expect(jump).to_have_text("新しい発言 2件")
    assert abs(top_of(reader, words) - before) <= 2
    jump.click()
    expect(reader.message("読んでいるあいだに届く 2")).to_be_in_viewport()
    expect(jump).to_be_hidden()


def test_older_messages_come_without_a_jump(sit, street):
    window = sit("neighbour", size=DESK)
    window.enter(street.rooms["long"])
    articles = window.page.locator("article[data-number]")
    assert articles.count() == 50
    asked = []
    window.page.route("**/older/**", lambda route: asked.append(route))
    scroll(window, -20_000)
    until(window.page, lambda: asked)
    first = articles.first.locator(".msg-body").inner_text().split("\n")[0]
    before = top_of(window, first)
    asked[0].continue_()
    expect(articles).not_to_have_count(50)
    assert abs(top_of(window, first) - before) <= 2
    window.page.unroute_all(behavior="ignoreErrors")
    for route in asked[1:]:
        route.continue_()
    while articles.first.get_attribute("data-number") != "1":
        scroll(window, -20_000)
    numbers = articles.evaluate_all("(all) => all.map((a) => Number(a.dataset.number))")
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) >= LONG


def test_unsent_words_outlive_a_reload(sit, street):
    sit.noisy = True
    window = sit("member")
    window.enter(street.rooms["read_on"])
    for daphne in street.house.daphnes:
        daphne.process.send_signal(signal.SIGSTOP)
    try:
        window.write("まだ届いていない言葉")
        window.page.locator("#text").press_sequentially("書きかけ")
        window.page.locator("#text").blur()
    finally:
        street.kill()
        street.start()
    window.page.route("**/ws/", lambda route: route.abort())
    window.page.reload()
    expect(window.page.locator("#text")).to_have_value("書きかけ")
    expect(window.message("まだ届いていない言葉")).to_have_count(1)
    assert window.bodies() == ["まだ届いていない言葉"]


@pytest.mark.parametrize("size", [PHONE, ZOOMED, DESK])
def test_nothing_breaks_the_layout(sit, street, size):
    window = sit("member", size=size)
    window.enter(street.rooms["hard"])
    assert len(window.bodies()) >= len(HARD)
    words = f"{size[0]}{'長' * 200}{'w' * 200}"
    window.write(words)
    expect(window.message(words)).to_be_visible()
    assert window.page.evaluate(SIDEWAYS) == []
    assert window.page.evaluate(OUTSIDE) == []
    badge = window.page.locator(".badge:visible").first
    assert "会計年度任用職員制度・働き方改革推進室" in badge.inner_text()
    assert badge.evaluate("(b) => b.scrollWidth <= b.clientWidth + 1")


def test_a_laptop_at_twice_the_size_is_usable(sit, street):
    window = sit("member", size=ZOOMED)
    window.enter(street.rooms["long"])
    talk, field = (window.page.locator(name).bounding_box() for name in ("#talk-scroll", "#text"))
    assert talk["height"] >= 384 * 0.45
    assert field["y"] + field["height"] <= 384
    expect(window.page.get_by_role("button", name="送信")).to_be_in_viewport(ratio=1)
    expect(window.page.locator("#audience")).to_be_in_viewport(ratio=1)
    window.write("二倍で")
    expect(window.message("二倍で")).to_be_in_viewport()
    window.page.get_by_role("link", name="部屋の一覧へ").click()
    expect(window.page.locator("#rooms")).to_be_in_viewport()
