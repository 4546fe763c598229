"""Django's admin as ours: axe on its lists, forms and rows, for an operator and for a body's administrator; and quiet."""
import pytest
from playwright.sync_api import expect

from accounts.admin import site

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


def test_the_admin_breaks_no_policy_and_asks_no_other_host(sit):
    page = sit("operator").page
    for path in ["/admin/", *LISTS, *ADDED]:
        page.goto(path)
        expect(page.locator("#site-name")).to_be_visible()
        if path in LISTS:
            open_row(page, path)
