"""Words that wait in other rooms go out one at a time when the line is back, in their order, and none is lost."""
import json

import pytest
from playwright.sync_api import expect

from .desk import until

pytestmark = pytest.mark.browser

KEEP = """([me, waiting]) => { for (const [room, bodies] of Object.entries(waiting)) {
  const entries = bodies.map((body) => ({ id: crypto.randomUUID(), room: Number(room), body, audience: 1e9 }));
  localStorage.setItem(`engawa-outbox-${me}-${room}`, JSON.stringify(entries));
} }"""
KEPT = """() => Object.keys(localStorage).filter((key) => key.startsWith("engawa-outbox-"))
  .map((key) => JSON.parse(localStorage[key]))"""


def test_other_rooms_are_sent_one_at_a_time_after_an_outage(sit, street):
    window, reader = sit("member"), sit("neighbour")
    rooms = [street.rooms["tabs"], street.rooms["talk"]]
    words = {room: [f"待っていた言葉 {room}-{n}" for n in range(8)] for room in rooms}
    words[rooms[0]].insert(3, "\x07 送れない言葉")  # refused: the rest goes on without it
    window.page.goto("/account/me/")
    window.page.evaluate(KEEP, [street.people["member"]["pk"], words])
    frames = []
    window.page.on("websocket", lambda socket: (
        socket.on("framesent", lambda frame: frames.append(("sent", frame))),
        socket.on("framereceived", lambda frame: frames.append(("heard", frame))),
    ))
    window.enter(street.rooms["empty"])
    until(window.page, lambda: [len(entries) for entries in window.page.evaluate(KEPT)] == [1])
    [[left]] = window.page.evaluate(KEPT)
    assert left["failed"] == "invalid" and "送れない" in left["body"]
    on_the_way = 0
    for direction, text in frames:
        frame = json.loads(text)
        on_the_way += {("sent", "post"): 1, ("heard", "posted"): -1, ("heard", "refused"): -1}.get((direction, frame["t"]), 0)
        assert on_the_way in (0, 1)
    for room in rooms:
        reader.enter(room)
        there = [body for body in reader.bodies() if "待っていた言葉" in body]
        assert there == [body for body in words[room] if "待っていた" in body]
    window.enter(rooms[0])
    failed = window.page.locator("article.failed")
    expect(failed.locator(".why")).to_have_text("送れませんでした。使えない文字が入っています。")
    failed.get_by_role("button", name="消す").click()
    expect(failed).to_have_count(0)
    expect(window.page.locator("#text")).to_be_focused()
