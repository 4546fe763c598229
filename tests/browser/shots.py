"""Pictures of every page on the demo, for looking at. Run by hand:

    python -m tests.browser.shots --out FOLDER [--full] [--only room]
"""
import argparse
import os
import secrets
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from ..server import ROOT, House
from .desk import DESK, LAPTOP, PHONE, ZOOMED, Street, Window, chromium

SIZES = {"1440": DESK, "1366": LAPTOP, "683": ZOOMED, "390": PHONE}
DEMO_PASSWORD = "engawa-demo-2026"
MEMBER, ADMINISTRATOR, PENDING = (
    "takahashi-y@city.fukaya.example", "watanabe-a@city.fukaya.example", "arai-n@city.fukaya.example",
)
OPEN = {"login": "/account/login/", "signup": "/account/signup/", "reset": "/account/password/reset/", "404": "/nothing/"}
OWN = {
    "list": "/chat/", "people": "/chat/people/", "found": "/chat/people/?q=愛荘町", "new": "/chat/rooms/new/",
    "me": "/account/me/", "password": "/account/password/change/", "factors": "/account/factors/", "sessions": "/account/sessions/",
}


def demo_house(folder, full):
    """A house with the demo in it instead of the tests' people."""
    environment = {
        **os.environ, "ENGAWA_VAR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'engawa.sqlite3'}",
        "SECRET_KEY": secrets.token_hex(32), "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    environment.pop("REDIS_URL", None)
    house = House(folder, environment, processes=1)
    for command in (["migrate", "-v", "0"], ["demo", *(["--full"] if full else [])]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True, stdout=house.log)
    house.cast = {"rooms": demo_rooms(folder), "people": {}}
    return house


def demo_rooms(folder):
    """The rooms to look at: `{name: id}`."""
    connection = sqlite3.connect(folder / "engawa.sqlite3")
    name = "SELECT id FROM chat_room WHERE name = ?"
    mine = """SELECT m.room_id FROM chat_membership m JOIN accounts_person p ON p.id = m.person_id
              JOIN chat_room r ON r.id = m.room_id WHERE p.email = ? AND m.left_at IS NULL AND r.kind = ?
              ORDER BY r.last_number DESC LIMIT 1"""
    found = {
        "room": connection.execute(name, ["書かない窓口 共同検討"]).fetchone(),
        "direct": connection.execute(mine, [MEMBER, "direct"]).fetchone(),
        "department": connection.execute(mine, [MEMBER, "department"]).fetchone(),
    }
    connection.close()
    return {key: row[0] for key, row in found.items() if row}


def pages(rooms):
    """`{who: {name: path}}` of everything there is to see."""
    opened = {name: f"/chat/rooms/{pk}/" for name, pk in rooms.items()}
    seated = {f"{name}-people": f"/chat/rooms/{pk}/people/" for name, pk in rooms.items()}
    staff = {"staff": "/account/staff/", "staff-one": "/account/staff/"}
    return {None: OPEN, MEMBER: OWN | opened | seated, ADMINISTRATOR: staff, PENDING: {"pending": "/account/pending/"}}


def shoot(browser, origin, rooms, out, only):
    """Every page at every size in both schemes; one sign-in per person."""
    for who, paths in pages(rooms).items():
        signing = Window(browser, origin)
        state = signing.sign_in(who, DEMO_PASSWORD, lands="**/").context.storage_state() if who else None
        signing.close()
        for label, size in SIZES.items():
            for scheme in ("light", "dark"):
                window = Window(browser, origin, size, scheme, storage_state=state)
                for name, path in paths.items():
                    if only in name:
                        one(window, name, path, out / f"{name}-{label}-{scheme}.png")
                window.close()


def one(window, name, path, file):
    """One picture."""
    window.page.goto(path, wait_until="networkidle")
    if name == "staff-one":
        window.page.locator("main a[href*='/account/staff/']").first.click()
    window.page.screenshot(path=file)


def main():
    """Sets up, shoots, takes down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="engawa-shots-") as path, chromium() as browser:
        street = Street(demo_house(Path(path), given.full))
        street.start()
        try:
            shoot(browser, street.origin("member"), street.rooms, given.out, given.only)
        finally:
            street.kill()
            street.thread.shutdown()


if __name__ == "__main__":
    main()
