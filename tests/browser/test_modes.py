"""Paper, own colours, a very low window: the talk stays what it is."""
import re

import pytest
from playwright.sync_api import expect

from .desk import until
from .keyboard import focused
from .looks import NARROW

pytestmark = pytest.mark.browser

SHOWN = """(names) => names.flatMap((name) => [...document.querySelectorAll(name)])
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height).map((e) => `${e.localName}.${e.className}`)"""
EDGES = """(e) => { const s = getComputedStyle(e);
  return [parseFloat(s.borderTopWidth), parseFloat(s.borderLeftWidth), s.borderTopStyle]; }"""


def test_a_room_is_printed_as_a_record(sit, street):
    """Name, who can read, when printed; each message with name, badge, full date and time; nothing to press."""
    unwanted = ["nav", ".skip", ".composer", "button", ".msg-tools", ".face", ".toasts > *", "dialog"]
    window = sit("member")
    window.enter(street.rooms["paper"])
    page = window.page
    for n in range(1, 31):
        window.write(f"記録する発言 {n}\n2行目")
    expect(page.locator("article[data-number]")).to_have_count(30)
    page.emulate_media(media="print", color_scheme="dark")
    until(page, lambda: page.locator("#printed").inner_text())
    assert page.evaluate(SHOWN, unwanted) == []
    printed = r"20\d\d年\d+月\d+日\(.\) \d+:\d\dに印刷。20.+から20.+までの発言です。"
    assert re.fullmatch(printed, page.locator("#printed").inner_text())
    expect(page.locator("h1")).to_be_visible()
    strip = page.locator("#audience")
    expect(strip).to_contain_text("この部屋を読める人：深谷市・愛荘町（2人）")
    expect(strip).to_contain_text("庁外を含む")
    tops = [page.locator(part).first.bounding_box()["y"] for part in ("h1", "#audience", "article")]
    assert tops == sorted(tops)
    heads = page.locator("article .msg-head")
    assert all("髙橋 由佳" in words and "深谷市 市民課" in words for words in heads.all_inner_texts())
    assert {box["width"] > 100 for box in (head.bounding_box() for head in heads.all())} == {True}  # not only the first of each
    dated = "(time) => getComputedStyle(time, '::before').content"
    assert re.search(r"20\d\d年\d+月\d+日\(.\)", page.locator("article time").last.evaluate(dated))
    assert page.locator("article").first.evaluate("(a) => getComputedStyle(a).breakInside") == "avoid"
    assert page.evaluate("getComputedStyle(document.querySelector('.msg-body')).color") == "rgb(0, 0, 0)"
    pdf = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2  # the whole of it, not the window's cut of it


def test_own_colours_leave_every_state_visible(sit, street):
    window = sit("member")
    page = window.page
    page.emulate_media(forced_colors="active")
    window.enter(street.rooms["department"])
    inside = page.locator("#audience").evaluate(EDGES)
    window.enter(street.rooms["paper"])
    beyond = page.locator("#audience").evaluate(EDGES)
    assert inside[1] == 0 and beyond[:2] == [3, 3]  # a line here, a frame there: without a colour
    expect(page.locator("#audience .tag")).to_be_visible()
    assert page.locator("#audience .tag").evaluate("(t) => getComputedStyle(t).borderRightStyle") == "double"
    here, other = (page.locator(f"a.room{which}").first for which in ("[aria-current]", ":not([aria-current])"))
    assert here.evaluate(EDGES)[1] >= 4 and other.evaluate(EDGES)[1] == 0
    page.locator("#find-room").focus()
    for _ in range(4):
        page.keyboard.press("Tab")
        at = focused(page)
        assert at["ring"] and at["inside"], at


@pytest.mark.parametrize("room", ["long", "hard"])
def test_at_four_times_the_size_the_talk_keeps_lines_and_can_be_written_in(sit, street, room):
    window = sit("member", size=NARROW)
    window.enter(street.rooms[room])
    page = window.page
    page.locator("#text").click()
    box = {name: page.locator(name).bounding_box() for name in ("#talk-scroll", "#text", "#audience", "h1")}
    assert box["#talk-scroll"]["height"] >= 256 * 0.4
    assert box["#text"]["width"] >= 160 and box["#text"]["y"] + box["#text"]["height"] <= 256
    for control in (page.locator("#audience"), page.get_by_role("button", name="送信"), page.locator("h1")):
        expect(control).to_be_in_viewport(ratio=1)
    window.write(f"四倍で書く {room}")
    expect(window.message("四倍で書く")).to_be_in_viewport()
    page.locator("#text").fill("長い文\n" * 20)
    assert page.locator("#talk-scroll").bounding_box()["height"] >= 50
    expect(page.get_by_role("button", name="送信")).to_be_in_viewport(ratio=1)
    page.locator("#text").fill("")
