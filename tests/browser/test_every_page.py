"""Every page there is: for everybody (axe), by keyboard, quiet, and without a word to another host.

The pages are taken from the URLconf: a route that is neither a page here nor named as none fails.
"""
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLPattern, get_resolver, reverse
from playwright.sync_api import expect

from .desk import DESK, PHONE

pytestmark = pytest.mark.browser

# name → (who opens it, arguments of its route)
PAGES = {
    "account_login": (None, {}),
    "account_signup": (None, {}),
    "account_reset_password": (None, {}),
    "account_reset_password_done": (None, {}),
    "account_reset_password_from_key": (None, {"uidb36": "1", "key": "no-such-key"}),
    "account_reset_password_from_key_done": (None, {}),
    "account_confirm_email": (None, {"key": "no-such-key"}),
    "account_email_verification_sent": (None, {}),
    "account_inactive": (None, {}),
    "account_logout": ("member", {}),
    "account_change_password": ("member", {}),
    "accounts:me": ("member", {}),
    "accounts:pending": ("pending", {}),
    "accounts:invitation": (None, {"token": "no-such-token"}),
    "accounts:staff": ("administrator", {}),
    "accounts:affiliation": ("administrator", {"pk": "pending"}),
    "chat:index": ("neighbour", {}),
    "chat:people": ("member", {}),
    "chat:new": ("member", {}),
    "chat:room": ("member", {"room_id": "hard"}),
    "chat:people_of": ("member", {"room_id": "hard"}),
}
# Answers of a form, pieces of a page, and roads to another page.
NO_PAGES = {
    "accounts:take_back",
    "home", "accounts:theme", "accounts:language", "accounts:invite", "accounts:withdraw_invitation", "accounts:confirm",
    "accounts:decline", "accounts:transfer", "accounts:withdraw", "accounts:contact", "accounts:administrator", "chat:list",
    "chat:speak", "chat:accept", "chat:refuse", "chat:audience", "chat:remove", "chat:leave", "chat:read", "chat:changes",
    "chat:older", "chat:post", "chat:edit", "chat:words", "chat:withdraw", "chat:readers",
}
BEYOND = """() => { const { scrollWidth, scrollHeight } = document.documentElement;
  return [scrollWidth - innerWidth, document.querySelector(".app") ? scrollHeight - innerHeight : 0]; }"""
STILL = "document.getAnimations().every((a) => a.playState !== 'running')"
VISIBLE = """() => {
  const e = document.activeElement, seen = (x) => x && getComputedStyle(x).outlineStyle !== "none"
    && parseFloat(getComputedStyle(x).outlineWidth) >= 2;
  const box = e.getBoundingClientRect();
  return {
    id: e.id, tag: e.tagName, name: e.className, tool: e.dataset.tool ?? "", room: e.dataset.room ?? "", text: e.innerText ?? "",
    ring: Boolean(seen(e) || seen(e.closest(".composer"))), inside: box.right > 0 && box.bottom > 0 && box.left < innerWidth
    && box.top < innerHeight,
  };
}"""


def routes(patterns, prefix=""):
    """The names of all our routes; Django's admin is Django's."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield prefix + (pattern.name or str(pattern.pattern))
        elif pattern.namespace != "admin":
            yield from routes(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else prefix)


def test_every_route_is_a_page_or_said_to_be_none():
    names = set(routes(get_resolver().url_patterns))
    assert names == PAGES.keys() | NO_PAGES


def findings(page):
    """What axe finds on the page as it stands, in words."""
    page.wait_for_function(STILL)
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {n['html'][:160]} {n['failureSummary'][:200]}" for v in found for n in v["nodes"]]


def everywhere(window):
    """Findings in both schemes, at a desk and on a phone."""
    for size in (DESK, PHONE):
        window.page.set_viewport_size({"width": size[0], "height": size[1]})
        for scheme in ("light", "dark"):
            window.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            yield from (f"{scheme} {size[0]}: {line}" for line in findings(window.page))
        beyond = window.page.evaluate(BEYOND)
        if beyond[0] > 0 or beyond[1] > 0:
            yield f"{size[0]}: the window itself scrolls, by {beyond} px"


def assert_clean(window):
    """Nothing found, or every finding in the report."""
    found = list(everywhere(window))
    assert not found, "\n".join(found)


def address(street, name):
    """The path of a page, with the ids of the stage in it."""
    who, given = PAGES[name]
    known = {"room_id": street.rooms, "pk": {key: person["affiliation"] for key, person in street.people.items()}}
    return who, reverse(name, kwargs={key: known[key][value] if key in known else value for key, value in given.items()})


@pytest.fixture
def probe(sit):
    """As `sit`, for axe: it styles and fetches things itself, so the policy is off and the console not listened to."""
    sit.noisy = True
    return lambda who: sit(who, bypass_csp=True)


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(probe, street, name):
    who, path = address(street, name)
    window = probe(who)
    answer = window.page.goto(path)
    assert (answer.status == 200 and window.page.url.endswith(path.split("?")[0])) or "no-such" in path
    assert_clean(window)


@pytest.mark.parametrize("path", ["/nothing/", "/chat/rooms/999999/", "/account/staff/"])
@pytest.mark.parametrize("who", ["member", None])
def test_axe_finds_nothing_on_a_refusal(probe, who, path):
    window = probe(who)
    window.page.goto(path)
    assert_clean(window)


def test_axe_finds_nothing_on_a_form_sent_back(probe, street):
    window = probe(None)
    window.page.goto("/account/login/")
    window.page.get_by_label("アドレス").fill("nobody@city.fukaya.example")
    window.page.get_by_label("パスワード").fill("ちがいます")
    window.page.get_by_role("button", name="ログインする").click()
    expect(window.page.locator(".refused, .error").first).to_be_visible()
    assert_clean(window)


def test_axe_finds_nothing_in_the_states_of_a_room(probe, street):
    window = probe("member")
    window.enter(street.rooms["wait"])
    page = window.page
    window.write("一つの発言")
    tools = {"読んだ人を見る": "readers", "直す": "edit", "取り消す": "withdraw"}
    for name, dialog in tools.items():
        window.message("一つの発言").hover()
        assert findings(page) == []
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator(f"#{dialog}")).to_be_visible()
        assert_clean(window)
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        page.keyboard.press("Escape")
    page.evaluate("document.getElementById('grown').showModal()")
    assert_clean(window)
    page.keyboard.press("Escape")
    street.kill()
    try:
        window.write("届かない発言")
        expect(page.locator("#connection")).to_be_visible()
        expect(page.locator("article.held")).to_be_visible()
        assert_clean(window)
    finally:
        street.start()
    expect(page.locator("article[data-waiting]")).to_have_count(0)


# -- by keyboard -----------------------------------------------------------------------------------------------------


def stops(page, most=400):
    """Every stop of the tab key from the top of the page until it begins again."""
    found = []
    while len(found) < most:
        page.keyboard.press("Tab")
        stop = page.evaluate(VISIBLE)
        if stop["tag"] == "BODY" or (found and stop["name"] == "skip"):
            return found
        found.append(stop)
    raise AssertionError("the tab key never comes out again")


def test_everything_in_a_room_is_reached_by_keyboard(sit, street):
    window = sit("member")
    window.enter(street.rooms["keys"])
    window.write("鍵盤だけで")
    expect(window.message("鍵盤だけで")).to_be_visible()
    window.page.reload()
    seen = stops(window.page)
    assert [stop for stop in seen if not stop["ring"] or not stop["inside"]] == []
    assert seen[0]["name"] == "skip"
    ids, tools = [stop["id"] for stop in seen], [stop["tool"] for stop in seen if stop["tool"]]
    order = [ids.index("find-room"), ids.index("talk-scroll"), ids.index("text")]
    assert order == sorted(order)
    assert tools == ["readers", "edit", "withdraw"]
    assert {stop["room"] for stop in seen if stop["room"]} >= {str(street.rooms["keys"]), str(street.rooms["long"])}


def test_a_message_is_edited_and_withdrawn_by_keyboard(sit, street):
    window = sit("member")
    window.enter(street.rooms["keys"])
    window.write("鍵盤で直す")
    window.message("鍵盤で直す").locator(".msg-meta a").focus()
    page = window.page
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#edit-text")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-tool=edit]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#edit-text")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("鍵盤で直した")
    page.keyboard.press("Control+Enter")
    expect(window.message("鍵盤で直した").locator(".msg-meta a")).to_be_focused()
    for key in ("Tab", "Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#withdraw")).to_be_visible()
    page.locator("#withdraw-yes").focus()
    page.keyboard.press("Enter")
    expect(page.locator("article.gone .msg-meta a")).to_be_focused()


@pytest.mark.parametrize("name", [name for name in PAGES if name != "chat:room"])
def test_no_page_holds_the_keyboard_or_makes_a_noise(sit, street, name):
    """No console error, no CSP report, nothing from another host; and the tab key comes out at the other end."""
    who, path = address(street, name)
    sit.noisy = "no-such" in path
    window = sit(who)
    window.page.goto(path)
    seen = stops(window.page)
    assert seen and [stop for stop in seen if not stop["ring"] or not stop["inside"]] == []
