"""Every page there is: for everybody (axe), by keyboard, quiet, and without a word to another host.

The pages are taken from the URLconf: a route that is neither a page here nor named as none fails.
"""
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLPattern, get_resolver, reverse
from playwright.sync_api import expect

from .desk import DESK, PHONE
from .keyboard import convert_everywhere, stops
from .looks import HALF, LARGE, MISFITS, MISREAD, MOVING, NARROW, ORDER, SCREEN, SPACED

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
    "account_reauthenticate": ("member", {}),
    "mfa_index": ("member", {}),
    "accounts:me": ("member", {}),
    "accounts:sessions": ("member", {}),
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
# Answers of a form, pieces of a page, and roads to another page. What asks for a factor or for the password once more is
# looked at in test_second_factor.py.
NO_PAGES = {
    "mfa_authenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_activate_totp", "mfa_deactivate_totp",
    "mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_login_webauthn", "accounts:ask_reset", "accounts:confirm_reset", "accounts:decline_reset", "accounts:cancel_reset",
    "accounts:end_session", "accounts:end_sessions", "accounts:sign_out", "accounts:take_back",
    "home", "accounts:theme", "accounts:language", "accounts:invite", "accounts:withdraw_invitation", "accounts:confirm",
    "accounts:decline", "accounts:transfer", "accounts:withdraw", "accounts:contact", "accounts:administrator", "chat:list",
    "chat:speak", "chat:accept", "chat:refuse", "chat:audience", "chat:remove", "chat:leave", "chat:read", "chat:changes",
    "chat:older", "chat:post", "chat:edit", "chat:words", "chat:withdraw", "chat:readers",
}
BEYOND = """() => { const { scrollWidth, scrollHeight } = document.documentElement;
  return [scrollWidth - innerWidth, document.querySelector(".app") ? scrollHeight - innerHeight : 0]; }"""
STILL = "document.getAnimations().every((a) => a.playState !== 'running')"
TITLES = {}  # the window's title → whose it is


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
    """Findings in both schemes, at a desk and on a phone; then at 200 % and 400 %, with more space and with larger letters."""
    page = window.page
    for size in (DESK, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            yield from (f"{scheme} {size[0]}: {line}" for line in findings(page))
        beyond = page.evaluate(BEYOND)
        if beyond[0] > 0 or beyond[1] > 0:
            yield f"{size[0]}: the window itself scrolls, by {beyond} px"
    yield from (f"moves: {line}" for line in page.evaluate(MOVING))
    yield from (f"order: {line}" for line in page.evaluate(ORDER))
    for size, style in ((HALF, ""), (NARROW, ""), (NARROW, SPACED), (HALF, SPACED), (SCREEN, LARGE)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        added = page.add_style_tag(content=style) if style else None
        yield from (f"{size[0]} {style[:24]}: {line}" for line in page.evaluate(MISFITS))
        if added:
            added.evaluate("(e) => e.remove()")


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


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_quiet_and_open_to_every_keyboard(sit, street, name):
    """The tab key comes out at the other end and is seen everywhere; half a conversion acts in no field; in both languages
    and schemes no console error, no CSP report, nothing from another host; in English what is Japanese says so."""
    who, path = address(street, name)
    sit.noisy = "no-such" in path
    window = sit(who)
    window.page.goto(path)
    seen = stops(window.page)
    assert seen and [stop for stop in seen if not stop["ring"] or not stop["inside"]] == []
    title = window.page.title().split(") ")[-1]
    assert TITLES.setdefault(title, name) == name or "no-such" in path
    assert convert_everywhere(window) == []
    window.page.emulate_media(color_scheme="dark")
    window.context.add_cookies([{"name": "django_language", "value": "en", "url": window.origin}])
    for theme in ("dark", "light"):
        window.context.add_cookies([{"name": "engawa_theme", "value": theme, "url": window.origin}])
        window.page.goto(path)
        expect(window.page.locator("html")).to_have_attribute("lang", "en")
    assert window.page.evaluate(MISREAD) == []
