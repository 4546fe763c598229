"""Django's admin as ours: axe on its lists, forms and rows, for an operator and for a body's administrator; and quiet."""
import pytest
from playwright.sync_api import expect

from accounts.admin import site

from .keyboard import convert_everywhere
from .test_every_page import findings

pytestmark = pytest.mark.browser

LISTS = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in site._registry]
ADDED = ["/admin/accounts/organization/add/", "/admin/accounts/person/add/", "/admin/accounts/department/add/"]


def open_row(page, path):
    """Opens the first row of a list, if it has one within reach; returns whether it did."""
    page.goto(path)
    link = page.locator("#result_list tbody a").first
    if not link.count():
        return False
    link.click()
    page.wait_for_load_state("load")
    return True


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("who", ["operator", "administrator"])
def test_axe_finds_nothing_in_the_admin(sit, who, scheme):
    sit.noisy = True  # axe styles and fetches things itself; and some lists are not an administrator's
    page = sit(who, bypass_csp=True).page
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for path in ["/admin/", "/admin/accounts/", *LISTS, *ADDED]:
        page.goto(path)
        found[path] = findings(page)
        if path in LISTS and open_row(page, path):
            found[f"{path}…"] = findings(page)
    assert not any(found.values()), "\n".join(f"{path} {line}" for path, lines in found.items() for line in lines)


TURNS = [("operator", "ja", "dark"), ("operator", "en", "light"), ("administrator", "en", "dark")]


@pytest.mark.parametrize(("who", "language", "scheme"), TURNS)
def test_the_admin_is_quiet_and_leaves_conversions_alone(sit, who, language, scheme):
    """No CSP report, nothing from another host, no console error; half a conversion searches and saves nothing."""
    sit.noisy = who == "administrator"  # some lists are not theirs, and the console says so
    window = sit(who, scheme=scheme)
    window.context.add_cookies([{"name": "django_language", "value": language, "url": window.origin}])
    page = window.page
    for path in ["/admin/", *LISTS, *ADDED]:
        answer = page.goto(path)
        if answer.status == 403 and who == "administrator":
            continue
        expect(page.locator("#site-name")).to_be_visible()
        if language == "ja" and (path in ADDED or path.endswith("/person/")):
            assert convert_everywhere(window) == []
        if path in LISTS:
            open_row(page, path)
