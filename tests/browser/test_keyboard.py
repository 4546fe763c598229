"""People without a mouse: whole journeys with nothing but keys, and what has the focus is where it should be, and seen."""
import re

import pytest
from playwright.sync_api import expect

from ..cast import PASSWORD
from .keyboard import focused, stops

pytestmark = pytest.mark.browser


class Hands:
    """Two hands on a keyboard."""

    def __init__(self, window):
        self.window, self.page = window, window.page

    def press(self, *keys):
        """Keys, one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def go(self):
        """Enter, where it leads to another page."""
        with self.page.expect_navigation():
            self.press("Enter")

    def type(self, words):
        """Words into what has the focus."""
        self.page.keyboard.type(words)

    def reach(self, words, most=60):
        """The tab key, until the thing named so has the focus. Every stop on the way is seen."""
        for _ in range(most):
            self.press("Tab")
            at = focused(self.page)
            assert at["ring"] and at["inside"], at
            if re.search(words, at["label"] or at["text"] or at["id"], re.DOTALL):
                return
        raise AssertionError(f"the tab key never comes to {words!r}")

    def at(self, selector):
        """The focus is there, and seen."""
        expect(self.page.locator(selector)).to_be_focused()
        now = focused(self.page)
        assert now["ring"] and now["inside"], now


@pytest.fixture
def hands(sit):
    """`hands("member")`: that person, signed in, at the list of rooms."""
    def laid(who, path="/chat/", **options):
        window = sit(who, **options)
        window.page.goto(path)
        return Hands(window)

    return laid


def test_signing_in_finding_a_colleague_and_talking(sit, street):
    window = sit("member", signed=False)
    hands = Hands(window)
    window.page.goto("/")
    hands.reach("アドレス")
    hands.type(street.people["member"]["address"])
    hands.reach("^パスワード")
    hands.type(PASSWORD)
    hands.go()
    window.page.wait_for_url("**/chat/")
    hands.reach("^人を探す")
    hands.go()
    hands.reach("氏名・ふりがな")
    hands.type("こじま")
    hands.go()
    hands.reach("^話す.*小島")
    hands.go()
    expect(window.page.locator("h1")).to_have_text("小島 蓮")
    window.enter(street.rooms["direct"])
    hands.press("Tab", "Tab")
    assert focused(window.page)["text"] == "書く欄へ進む"
    hands.press("Enter")
    hands.at("#text")
    say_change_and_take_back(hands)


def say_change_and_take_back(hands):
    """Writes, edits and withdraws by keys alone; the focus is always on what was done."""
    window, page = hands.window, hands.page
    hands.type("鍵盤で書く")
    hands.press("Control+Enter")
    expect(window.message("鍵盤で書く")).to_have_count(1)
    hands.at("#text")
    hands.press("ArrowUp")
    hands.at("article[data-number]:last-child")
    hands.press("Enter")
    hands.at("article:last-child [data-tool=readers]")
    hands.press("Enter")
    hands.at("#readers [data-close]")
    hands.press("Escape")
    hands.at("article:last-child [data-tool=readers]")
    hands.press("Tab", "Enter")
    hands.at("#edit-text")
    hands.press("Escape")
    hands.at("article:last-child [data-tool=edit]")
    hands.press("Enter")
    hands.at("#edit-text")
    hands.press("ControlOrMeta+a")
    hands.type("鍵盤で直した")
    hands.press("Control+Enter")
    expect(window.message("鍵盤で直した")).to_have_count(1)
    hands.at("article[data-number]:last-child")
    hands.reach("取り消す")
    hands.press("Enter")
    hands.at("#withdraw [data-close]")
    hands.press("Tab")
    hands.at("#withdraw-yes")
    hands.press("Enter")
    expect(page.locator("article.gone")).to_have_count(1)
    hands.at("article.gone")
    hands.press("Escape")
    hands.at("#text")


def test_a_new_room_an_invitation_its_acceptance_and_leaving(hands):
    keeper, guest = hands("member"), hands("neighbour")
    keeper.reach("部屋をつくる")
    keeper.go()
    keeper.reach("^名前")
    keeper.type("鍵盤の部屋")
    keeper.go()
    expect(keeper.page.locator("h1")).to_have_text("鍵盤の部屋の人")
    keeper.reach("氏名・ふりがな")
    keeper.type("よしだ")
    keeper.go()
    expect(keeper.page.locator(".add")).to_have_count(1)
    keeper.reach("ひとこと")
    keeper.type("鍵盤で招きます")
    keeper.reach("^招く")
    keeper.go()
    expect(keeper.page.locator(".people")).to_contain_text("返事待ち")
    guest.page.reload()
    guest.reach("部屋を絞り込む")
    guest.press("ArrowDown")
    while not focused(guest.page)["text"].startswith("髙橋 由佳（深谷市）"):
        guest.press("ArrowDown")
    guest.press("Enter")
    guest.page.wait_for_url("**/chat/#request-*")
    guest.reach("^受ける")
    guest.go()
    expect(guest.page.locator("h1")).to_have_text("鍵盤の部屋")
    guest.reach("この部屋の人")
    guest.go()
    guest.reach("^部屋を出る")
    guest.press("Enter")
    guest.reach("^出る")
    guest.go()
    guest.page.wait_for_url("**/chat/")
    expect(guest.page.locator("#rooms")).not_to_contain_text("鍵盤の部屋")


def test_an_administrator_confirms_somebody(hands):
    keys = hands("administrator")
    keys.reach("^職員")
    keys.go()
    waiting = keys.page.locator(".staff.waiting")
    expect(waiting).to_contain_text("久保 灯")
    keys.reach("^確認する.*久保")
    keys.go()
    expect(keys.page.locator(".toast")).to_be_visible()
    assert "久保 灯" not in "".join(waiting.all_inner_texts())
    expect(keys.page.locator(".staff").last).to_contain_text("久保 灯")


def test_ones_own_page(hands):
    keys = hands("colleague")
    keys.reach("自分")
    keys.go()
    keys.reach("ふりがな")
    keys.press("ControlOrMeta+a")
    keys.type("こじま れん")
    keys.go()
    expect(keys.page.locator(".toast")).to_be_visible()
    keys.reach("^暗い")
    with keys.page.expect_navigation():
        keys.press("Space")
    expect(keys.page.locator("html")).to_have_attribute("data-theme", "dark")
    keys.reach("^ログアウトする")
    keys.go()
    keys.page.wait_for_url("**/account/login/**")


# -- within a room ---------------------------------------------------------------------------------------------------


def test_a_room_is_few_stops_of_the_tab_key_and_all_are_seen(sit, street):
    window = sit("member")
    window.enter(street.rooms["long"])
    seen = stops(window.page)
    assert [stop for stop in seen if not stop["ring"] or not stop["inside"]] == []
    assert [stop["text"] for stop in seen[:2]] == ["発言へ進む", "書く欄へ進む"]
    rooms, messages = [stop for stop in seen if stop["room"]], [stop for stop in seen if stop["number"]]
    assert [stop["room"] for stop in rooms] == [str(street.rooms["long"])] and len(messages) == 1
    ids = [stop["id"] for stop in seen]
    assert ids.index("find-room") < seen.index(rooms[0]) < seen.index(messages[0]) < ids.index("text")
    tools = ["readers", "edit", "withdraw"] if "mine" in messages[0]["name"] else ["readers"]  # the rest is for one's own
    assert [stop["tool"] for stop in seen if stop["tool"]] == tools
    assert len(seen) < 20


def test_arrow_keys_go_through_the_talk(sit, street):
    window = sit("neighbour")
    window.enter(street.rooms["long"])
    hands, number = Hands(window), lambda: int(focused(window.page)["number"])
    window.page.locator("#text").focus()
    hands.press("ArrowUp")
    last = number()
    hands.press("ArrowUp", "ArrowUp")
    assert number() == last - 2
    hands.press("ArrowDown")
    assert number() == last - 1
    hands.press("Home")
    first = number()
    assert first > 1 and focused(window.page)["inside"]
    hands.press("ArrowUp")  # the page above is fetched
    expect(window.page.locator(f"[data-number='{first - 1}']")).to_be_focused()
    hands.press("End")
    assert number() == last and focused(window.page)["inside"]
    hands.press("Enter")
    hands.at(f"[data-number='{last}'] [data-tool=readers]")
    hands.press("Escape")
    hands.at(f"[data-number='{last}']")
    hands.press("Escape")
    hands.at("#text")
    hands.type("書きかけ")
    hands.press("ArrowUp")
    hands.at("#text")


def test_arrow_keys_go_through_the_rooms(sit, street):
    window = sit("member")
    window.enter(street.rooms["empty"])
    hands = Hands(window)
    hands.reach("部屋を絞り込む")
    hands.press("ArrowDown")
    first = focused(window.page)["room"]
    hands.press("ArrowDown")
    assert focused(window.page)["room"] not in ("", first)
    hands.press("End")
    assert focused(window.page)["inside"] and focused(window.page)["ring"]
    hands.press("Home")
    assert focused(window.page)["room"] == first
    hands.press("ArrowUp")
    hands.at("#find-room")
    hands.type("長い話")
    hands.press("ArrowDown")
    assert focused(window.page)["room"] == str(street.rooms["long"])
    hands.press("Escape")
    hands.at("#text")


def test_the_focus_stays_on_what_is_replaced_under_it(sit, street):
    """A message edited and withdrawn by its author, while a reader is at one of its tools; and a list fetched anew."""
    writer, reader = sit("member"), sit("neighbour")
    for window in (writer, reader):
        window.enter(street.rooms["focus"])
    writer.write("書いたばかりの言葉")
    expect(reader.message("書いたばかりの言葉")).to_have_count(1)
    hands = Hands(reader)
    reader.page.locator("#text").focus()
    hands.press("ArrowUp", "Enter")
    hands.at("[data-tool=readers]")
    writer.message("書いたばかりの言葉").hover()
    writer.page.get_by_role("button", name="直す", exact=True).click()
    writer.page.locator("#edit-text").fill("直した言葉")
    writer.page.keyboard.press("Control+Enter")
    expect(reader.message("直した言葉")).to_have_count(1)
    hands.at("article:has-text('直した言葉') [data-tool=readers]")
    hands.press("Enter")
    hands.at("#readers [data-close]")
    writer.page.get_by_role("button", name="取り消す", exact=True).click()
    writer.page.locator("#withdraw-yes").click()
    expect(reader.page.locator("article.gone")).to_have_count(1)
    hands.press("Escape")  # what the dialog came from is gone: the focus is where it was
    hands.at("article.gone")
    link = reader.page.locator(f"a[data-room='{street.rooms['long']}']")
    link.focus()
    top = reader.page.locator("#rooms .scroll").evaluate("(s) => (s.marked = true, s.scrollTop)")
    writer.page.goto("/chat/rooms/new/")
    writer.page.get_by_label("名前").fill("一覧を変える部屋")
    writer.page.get_by_role("button", name="部屋をつくる").click()
    writer.page.goto(f"{writer.page.url}?q=よしだ")
    writer.page.get_by_role("button", name="招く").click()
    with reader.page.expect_response("**/chat/list/**"):
        other = reader.context.new_page()
        other.goto("/chat/")
        other.locator(".asked").filter(has_text="一覧を変える部屋").get_by_role("button", name="受ける").click()
    expect(reader.page.locator("#rooms")).to_contain_text("一覧を変える部屋")
    assert reader.page.locator("#rooms .scroll").evaluate("(s) => [s.marked ?? false, s.scrollTop]") == [False, top]
    hands.at(f"a[data-room='{street.rooms['long']}']")
