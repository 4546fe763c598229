"""Two towns talk: 髙橋 of 深谷市 at a desk, 𠮷田 of 愛荘町 with a phone."""
import re
import signal

import pytest
from playwright.sync_api import expect

from ..cast import PASSWORD
from .desk import DESK, PHONE

pytestmark = pytest.mark.browser


@pytest.fixture
def two(sit, street):
    """Both windows, signed in by session, in the room of the test's subject."""
    def opened(subject):
        takahashi, yoshida = sit("member", size=DESK), sit("neighbour", size=PHONE)
        for window in (takahashi, yoshida):
            window.enter(street.rooms[subject])
        return takahashi, yoshida

    return opened


def test_they_sign_in_open_the_shared_room_and_talk(sit, street):
    room = street.rooms["shared"]
    takahashi, yoshida = (sit(who, signed=False, size=size) for who, size in (("member", DESK), ("neighbour", PHONE)))
    for window, who in ((takahashi, "member"), (yoshida, "neighbour")):
        window.sign_in(street.people[who]["address"], PASSWORD)
        window.page.locator(f"a[data-room='{room}']").click()
        expect(window.page.locator("h1")).to_have_text("書かない窓口 共同検討")
        window.enter(room)
    takahashi.write("愛荘町では、異動届を何枚にまとめていますか")
    expect(yoshida.message("何枚にまとめて")).to_be_visible()
    yoshida.write("2枚です。\n今年の春からです。")
    expect(takahashi.message("2枚です。")).to_be_visible()
    said = takahashi.message("2枚です。")
    expect(said.locator(".name")).to_have_text("𠮷田 健吾")
    expect(said.locator(".badge")).to_have_text("確認済み 愛荘町 住民課")
    expect(said.locator(".badge")).to_have_class(re.compile("other"))
    own = yoshida.message("2枚です。")
    expect(own.locator(".badge")).not_to_have_class(re.compile("other"))
    expect(yoshida.message("何枚にまとめて").locator(".badge")).to_have_text("確認済み 深谷市 市民課")
    assert takahashi.bodies() == yoshida.bodies()
    for window, bodies in ((takahashi, "深谷市・愛荘町"), (yoshida, "愛荘町・深谷市")):  # one's own body first
        strip = window.page.locator("#audience")
        expect(strip).to_contain_text(f"この部屋を読める人：{bodies}（2人）")
        expect(strip.locator(".tag")).to_contain_text("庁外")


def test_a_room_of_ones_own_body_says_so(sit, street):
    window = sit("member")
    window.enter(street.rooms["department"])
    expect(window.page.locator("#audience")).to_contain_text("この部屋を読める人：深谷市のみ（1人）")
    expect(window.page.locator("#audience .tag")).to_have_count(0)


def test_typing_is_shown_until_the_words_come(two):
    takahashi, yoshida = two("talk")
    yoshida.write("お待ちください")
    expect(takahashi.message("お待ちください")).to_be_visible()
    yoshida.page.locator("#text").press_sequentially("調べて")
    expect(takahashi.page.locator("#typing")).to_have_text("𠮷田さんが入力中")
    yoshida.page.locator("#text").press("Control+Enter")
    expect(takahashi.message("調べて")).to_be_visible()
    expect(takahashi.page.locator("#typing")).to_have_text("")


def test_unread_is_counted_and_goes_away_on_reading(sit, street):
    room = street.rooms["read"]
    takahashi, yoshida = sit("member", size=DESK), sit("neighbour", size=DESK)
    takahashi.enter(room)
    yoshida.enter(street.rooms["empty"])
    link = yoshida.page.locator(f"a[data-room='{room}']")
    expect(link.locator(".count")).to_be_hidden()
    takahashi.write("一つめ")
    takahashi.write("二つめ")
    expect(link.locator(".num")).to_have_text("2")
    expect(yoshida.page).to_have_title(re.compile(r"^\(\d+\) "))
    for words in ("一つめ", "二つめ"):
        expect(takahashi.message(words).locator(".reads")).to_have_text("")
    link.click()
    expect(yoshida.message("二つめ")).to_be_visible()
    expect(yoshida.page.locator(".new-line")).to_have_text("ここから未読")
    expect(yoshida.page.locator(f"a[data-room='{room}'] .count")).to_be_hidden()
    for words in ("一つめ", "二つめ"):
        expect(takahashi.message(words).locator(".reads")).to_have_text("既読 1")
    takahashi.message("二つめ").hover()
    takahashi.page.get_by_role("button", name="読んだ人を見る").click()
    expect(takahashi.page.locator("#readers")).to_contain_text("𠮷田 健吾")


def test_editing_and_withdrawing_show_on_both_sides(two):
    takahashi, yoshida = two("edit")
    yoshida.write("締切は12月1日でs")
    yoshida.write("取り消すことになる言葉")
    expect(takahashi.message("取り消すことになる言葉")).to_be_visible()
    yoshida.message("締切は").tap()
    yoshida.page.get_by_role("button", name="直す", exact=True).tap()
    yoshida.page.get_by_label("発言", exact=True).fill("締切は12月1日です")
    yoshida.page.locator("#edit-form").get_by_role("button", name="直す").tap()
    expect(takahashi.message("締切は12月1日です").locator(".edited")).to_have_text("編集済み")
    yoshida.message("取り消すことになる言葉").tap()
    yoshida.page.get_by_role("button", name="取り消す", exact=True).tap()
    yoshida.page.locator("#withdraw").get_by_role("button", name="取り消す").tap()
    for window in (takahashi, yoshida):
        expect(window.page.locator("article.gone")).to_contain_text("𠮷田 健吾さん（愛荘町 住民課）が、この発言を取り消しました。")
        assert "取り消すことになる言葉" not in window.page.locator("#talk-list").inner_text()
    takahashi.page.reload()
    assert "取り消すことになる言葉" not in takahashi.page.content()
    expect(takahashi.page.locator("article.gone")).to_have_count(1)


def test_a_second_tab_stays_in_step(sit, street):
    takahashi, room = sit("member"), street.rooms["tabs"]
    takahashi.enter(room)
    second, elsewhere = takahashi.context.new_page(), takahashi.context.new_page()
    takahashi.enter(room, second)
    takahashi.enter(street.rooms["empty"], elsewhere)
    takahashi.write("一つの窓で")
    for page in (takahashi.page, second):
        expect(takahashi.message("一つの窓で", page)).to_have_class(re.compile("mine"))
    takahashi.write("もう一つの窓で", second)
    expect(takahashi.message("もう一つの窓で")).to_be_visible()
    for page in (takahashi.page, second):
        assert takahashi.bodies(page)[-2:] == ["一つの窓で", "もう一つの窓で"]
        expect(page.locator("article[data-waiting]")).to_have_count(0)
    expect(elsewhere.locator(f"a[data-room='{room}'] .count")).to_be_hidden()


def test_the_server_dies_in_mid_sentence_and_nothing_is_lost_or_doubled(two, sit, street):
    sit.noisy = True  # the browser itself complains about a server that is not there
    takahashi, yoshida = two("crash")
    takahashi.write("倒れる前")
    expect(yoshida.message("倒れる前")).to_be_visible()
    for daphne in street.house.daphnes:
        daphne.process.send_signal(signal.SIGSTOP)
    takahashi.write("途中で倒れる")  # on its way when it happens
    takahashi.page.locator("#text").press_sequentially("書きかけ")
    street.kill()
    takahashi.page.locator("#text").press_sequentially("の文")
    yoshida.write("倒れているあいだ・1")
    yoshida.write("倒れているあいだ・2")
    for window, n in ((takahashi, 1), (yoshida, 2)):
        waiting = window.page.locator("article[data-waiting]")
        expect(waiting).to_have_count(n)
        expect(waiting.first.locator(".why")).to_have_text("まだ届いていません。つながり次第送ります。")
        expect(waiting.first).to_be_visible()
        expect(window.page.locator("#connection")).to_contain_text("つながっていません。")
    street.start()
    for window in (takahashi, yoshida):
        expect(window.page.locator("article[data-number]")).to_have_count(4)
        expect(window.page.locator("article[data-waiting]")).to_have_count(0)
        expect(window.page.locator("#connection")).to_be_hidden()
    expect(takahashi.page.locator("#text")).to_have_value("書きかけの文")
    takahashi.page.locator("#text").press("Control+Enter")
    expect(yoshida.message("書きかけの文")).to_be_visible()
    said = takahashi.bodies()
    assert said == yoshida.bodies()
    assert sorted(said) == sorted(["倒れる前", "途中で倒れる", "倒れているあいだ・1", "倒れているあいだ・2", "書きかけの文"])
    assert said.index("倒れているあいだ・1") < said.index("倒れているあいだ・2")
    kept = [m for m in street.house.dump()["messages"] if m["room_id"] == street.rooms["crash"]]
    assert [m["body"] for m in sorted(kept, key=lambda m: m["number"])] == said


def test_a_direct_room_between_bodies_waits_until_it_is_accepted(sit, street):
    takahashi, yoshida = sit("member", size=DESK), sit("neighbour", size=PHONE)
    yoshida.page.goto("/chat/")
    takahashi.page.goto("/chat/people/?q=よしだ")
    takahashi.page.get_by_label("𠮷田 健吾さんへのひとこと").fill("様式の件でご相談です")
    takahashi.page.get_by_role("button", name="話したいと伝える").click()
    expect(takahashi.page.locator("h1")).to_have_text("𠮷田 健吾")
    expect(takahashi.page.locator("#text")).to_have_count(0)
    expect(takahashi.page.locator(".closed")).to_have_text("相手が受けると、ここに書けるようになります。")
    yoshida.page.goto("/chat/")
    yoshida.page.get_by_role("link", name="髙橋 由佳（深谷市）").tap()
    asked = yoshida.page.locator(".asked").filter(has_text="髙橋 由佳")
    expect(asked).to_contain_text("様式の件でご相談です")
    expect(asked.locator(".badge")).to_have_text("確認済み 深谷市 市民課")
    asked.get_by_role("button", name="受ける").tap()
    expect(yoshida.page.locator("h1")).to_have_text("髙橋 由佳")
    takahashi.page.reload()
    takahashi.write("受けてくださり、ありがとうございます")
    expect(yoshida.message("ありがとうございます")).to_be_visible()


def test_somebody_removed_loses_the_open_room(two, sit, street):
    sit.noisy = True  # asking for the lost room again is answered 404
    takahashi, yoshida = two("leave")
    takahashi.write("ここだけの話")
    expect(yoshida.message("ここだけの話")).to_be_visible()
    takahashi.page.get_by_role("link", name="この部屋の人").click()
    takahashi.page.get_by_role("button", name=re.compile("外す.*𠮷田 健吾")).click()
    expect(yoshida.page.get_by_text("この部屋は、いまは開けません。")).to_be_visible()
    assert "ここだけの話" not in yoshida.page.locator("body").inner_text()
    expect(yoshida.page.locator("#text")).to_have_count(0)
    expect(yoshida.page.locator(f"a[data-room='{street.rooms['leave']}']")).to_have_count(0)
    answer = yoshida.page.goto(f"/chat/rooms/{street.rooms['leave']}/")
    assert answer.status == 404


@pytest.mark.parametrize("choice", ["書き直す", "このまま送る"])
def test_words_go_back_when_more_people_can_read_them(two, sit, street, choice):
    sit.noisy = True
    takahashi, yoshida = two("grown")
    yoshida.context.set_offline(True)
    street.kill()  # being offline closes no socket that stands; this does
    street.start()
    expect(yoshida.page.locator("#connection")).to_contain_text("つながっていません。")
    words = f"二人だけに伝えるつもりの話（{choice}）"
    yoshida.write(words)
    who = {"書き直す": ("小島", "小島 蓮"), "このまま送る": ("渡邉", "渡邉 彩音")}[choice]
    takahashi.page.goto(f"/chat/rooms/{street.rooms['grown']}/people/?q={who[0]}")
    takahashi.page.get_by_role("button", name="加える").click()
    expect(takahashi.page.locator(".people").first).to_contain_text(who[1])
    yoshida.context.set_offline(False)
    dialog = yoshida.page.get_by_role("dialog", name="この部屋を読める人が増えました")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("愛荘町・深谷市")
    takahashi.enter(street.rooms["grown"])
    expect(takahashi.message(words)).to_have_count(0)
    dialog.get_by_role("button", name=choice).tap()
    if choice == "書き直す":
        expect(yoshida.page.locator("#text")).to_have_value(words)
        expect(yoshida.page.locator("article[data-waiting]")).to_have_count(0)
        yoshida.page.locator("#text").press("Control+Enter")
    expect(takahashi.message(words)).to_have_count(1)
    expect(yoshida.message(words)).to_have_count(1)
