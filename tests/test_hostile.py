"""What must be refused, by either door: clearly, with the right code, without a trace, and without anybody else noticing."""
import json
import logging
import uuid

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from accounts.text import PlainText
from chat.forms import BODY_BYTES
from chat.models import Message, Room

from .chat.tab import Tab, do, live, session

pytestmark = pytest.mark.django_db(transaction=True)

BODIES = {
    "NUL": "前\0後", "lone surrogate": "前\ud800後", "right-to-left override": "ok\u202egnp.exe", "isolate": "a\u2066b",
    "escape": "\x1b[2J", "C1 control": "a\x85b", "noncharacter": "a\uffffb", "empty": "", "spaces": " \t\n　",
    "a byte too long": "a" * (BODY_BYTES + 1), "a character too long": "字" * (BODY_BYTES // 3 + 1),
}
NUMBERS = [
    "-1", "1.0", "1e3", "1.5", "true", "null", '"1"', "[1]", '{"a":1}', "NaN", "Infinity", "-Infinity", str(2**63), "9" * 5000,
]
TEXTS = {
    "nothing": "", "null": "null", "a number": "1", "a string": '"post"', "an array": "[]", "half": '{"t":"post"',
    "no kind": "{}", "another kind": '{"t":"join"}', "a method's name": '{"t":"refuse"}', "a private name": '{"t":"_post"}',
    "kind null": '{"t":null}', "kind number": '{"t":1}', "a layer's kind": '{"t":"room","room":1,"change":9}',
    "duplicate keys": '{"t":"typing","t":"post"}', "nesting": '{"t":"post","room":{"a":1}}', "depth": "[" * 100_000,
    "deep inside": '{"t":' + '{"a":' * 50_000, "two frames": '{"t":"typing"}{"t":"typing"}',
    "a byte order mark": '\ufeff{"t":"typing"}',
    "surrogate key": '{"t":"typing","\\ud800":1}', "surrogate kind": '{"t":"\\ud800"}', "oversize": '{"t":"' + "x" * 600_000 + '"}',
}


@pytest.fixture(autouse=True)
def calm(caplog):
    """No test here may leave an exception in the log; that Django noted a refused request (400) is none."""
    yield
    records = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    loud = [r for r in records if r.exc_info or r.levelno >= logging.ERROR]
    assert not [r for r in loud if getattr(r, "status_code", 500) not in (400, 413)]


def frame(**fields):
    """A post as JSON; lone surrogates stand escaped, as a browser writes them."""
    return json.dumps({"t": "post", "id": str(uuid.uuid4()), **fields})


def bad_frames(room):
    """`{what is wrong: text}`, each about a room that the sender is in."""
    found = dict(TEXTS)
    for kind in ("post", "watch", "read", "typing"):
        for number in NUMBERS:
            found[f"{kind} room {number[:9]}"] = f'{{"t":"{kind}","id":"{uuid.uuid4()}","body":"b","number":1,"room":{number}}}'
        found[f"{kind} no room"] = f'{{"t":"{kind}","number":1}}'
    for number in NUMBERS:
        found[f"read number {number[:9]}"] = f'{{"t":"read","room":{room},"number":{number}}}'
        if number not in ("1.0", "null", '"1"'):  # a float is refused, too; the others say the same as 1 or nothing
            found[f"audience {number[:9]}"] = frame(room=room, body="b")[:-1] + f',"audience":{number}}}'
    for name, body in BODIES.items():
        found[f"body {name}"] = frame(room=room, body=body)
    for value in (1, True, None):
        found[f"body {value}"] = frame(room=room, body=value)
    for value in ("", "x", "\ud800", "\0", 1, True, None, "x" * 100, str(uuid.uuid4()) + "0"):
        found[f"id {str(value)[:9]!r}"] = frame(room=room, body="b", id=value)
    return found


@live
async def test_a_bad_frame_is_refused_and_the_socket_lives_on(people):
    room = people.shared.pk
    tab, other = await Tab(await do(session, people.member)).open(), await Tab(await do(session, people.neighbour)).open()
    await other.ask("watching", t="watch", room=room)
    await tab.ask("watching", t="watch", room=room)
    for name, text in bad_frames(room).items():
        tab.send(text)
        why = "long" if "too long" in name else "invalid"
        assert (await tab.next("refused"))["why"] == why, name
    tab.events.put_nowait({"type": "websocket.receive", "bytes": b'{"t":"typing"}'})
    assert (await tab.next("refused"))["why"] == "invalid"
    await other.settled()
    assert other.frames == [] and tab.frames == [] and tab.code is None and not await do(Message.objects.count)
    tab.send(frame(room=room, body="まだ書ける"))
    assert (await tab.next("posted"))["number"] == 1
    assert (await other.next("change"))["last_number"] == 1


@live
async def test_other_peoples_rooms_are_answered_like_rooms_that_never_were(people):
    tab = await Tab(await do(session, people.neighbour)).open()
    watchers = [await Tab(await do(session, person)).open() for person in (people.colleague, people.member)]
    await watchers[0].ask("watching", t="watch", room=people.closed.pk)
    await watchers[1].ask("watching", t="watch", room=people.direct.pk)
    fields = {"id": str(uuid.uuid4()), "body": "書く", "number": 1}
    for kind in ("post", "watch", "read", "typing"):
        answers = set()
        for room in (people.closed.pk, people.direct.pk, people.department_room.pk, 10**17, 0):
            tab.send(t=kind, room=room, **fields)
            await tab.settled()
            answers.add("".join(tab.frames).replace(f'"room":{room}', '"room":N'))
            tab.frames.clear()
        assert len(answers) == 1
    for watcher in watchers:
        await watcher.settled()
        assert watcher.frames == []
    assert not await do(Message.objects.count)


OWN = settings.PUBLIC_URL
SCHEME, _, HOST = OWN.partition("://")
ORIGINS = [
    None, "", "null", "http://evil.example", f"{SCHEME}://{HOST}.evil.example", f"ftp://{HOST}", f"{SCHEME}s://{HOST}", HOST,
    f"{SCHEME}://{HOST}:1", f"{SCHEME}://{HOST}/", f"{SCHEME}://a@{HOST}", f"{SCHEME}://127.0.0.1:99999", f"{SCHEME}://127.0.0.1:x",
    "http://[", "http://[::1", "http://\xff", "*", f"{OWN} {OWN}",
]


HOSTS = ["[", "evil.example", "127.0.0.1:x", "127.0.0.1:99999", "", None]
PATHS = ["/", "/ws", "/ws/1/", "/chat/", "/ws/\0/"]
KEYS = ['"\\000\\000\\000\\000\\000\\000\\000\\000"', "x" * 32, "x" * 4000, "\xff" * 32, '"\\377"']


@live
async def test_a_page_of_another_origin_or_host_opens_no_socket(people):
    client = await do(session, people.member)
    headers = [{"origin": origin} for origin in ORIGINS]
    headers += [{"host": host, "origin": f"{SCHEME}://{host}"} for host in HOSTS]
    for false in headers:
        tab = await Tab(client, **false).open()
        assert tab.code == 4003 and not tab.accepted and not tab.heard, false


@live
async def test_a_socket_elsewhere_is_closed(people):
    client = await do(session, people.member)
    for path in PATHS:
        tab = await Tab(client, path=path).open()
        assert tab.code == 4004 and not tab.accepted, path


@live
async def test_a_false_session_is_nobodys(people):
    client = await do(session, people.member)
    client.cookies.clear()
    for key in KEYS:
        cookie = f"{settings.SESSION_COOKIE_NAME}={key}"
        tab = await Tab(client, cookie=cookie).open()
        assert tab.code == 4001 and not tab.accepted, key
        answer = await do(client.get, "/chat/", headers={"cookie": cookie})
        assert answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/"), key


def test_a_bad_body_is_refused_by_the_http_door(people):
    client, url = session(people.member), f"/chat/rooms/{people.shared.pk}/messages/"
    for name in BODIES.keys() - {"lone surrogate"}:  # no bytes of a form say that
        answer = client.post(url, {"id": str(uuid.uuid4()), "body": BODIES[name]})
        expected = 413 if "too long" in name else 400
        assert answer.status_code == expected, name
        assert answer.json() == {"why": "long" if expected == 413 else "invalid"}
    assert not Message.objects.exists() and Room.objects.get(pk=people.shared.pk).last_change == people.shared.last_change


URLENCODED = "application/x-www-form-urlencoded"
RAW = {
    "another charset": (b"id=%s&body=a", f"{URLENCODED}; charset=shift_jis"),
    "a codec": (b"id=%s&body=a", f"{URLENCODED}; charset=rot13"),
    "JSON": (b'{"id":"%s","body":"a"}', "application/json"), "no type": (b"id=%s&body=a", ""),
    "a broken part": (b"--x\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\n%s", "multipart/form-data; boundary=x"),
    "no boundary": (b"%s", "multipart/form-data"), "a false boundary": (b"%s", "multipart/form-data; boundary=\xe3"),
    "a thousand fields": (b"id=%s&body=a" + b"&a=1" * 1001, URLENCODED), "a megabyte": (b"id=%s&body=" + b"a" * 2**20, URLENCODED),
}


def test_bytes_that_are_no_form_are_refused(people):
    client, url = session(people.member), f"/chat/rooms/{people.shared.pk}/messages/"
    for name, (data, kind) in RAW.items():
        answer = client.generic("POST", url, data % str(uuid.uuid4()).encode(), content_type=kind)
        assert answer.status_code in (400, 413), name
    assert not Message.objects.exists()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20)
    | st.sampled_from(["t", "post", "watch", "read", "typing", "room", "id", "body"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=5,
)
FRAMES = ANYTHING | st.fixed_dictionaries(
    {"t": st.sampled_from(["post", "watch", "read", "typing"])},
    optional={"room": ANYTHING | st.integers(0, 40), "id": ANYTHING | st.uuids().map(str), "body": ANYTHING, "number": ANYTHING},
)
SOON = bounds(max_examples=3, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@SOON
@given(frames=st.lists(FRAMES, min_size=40, max_size=80))
def test_any_value_as_a_frame_is_answered_or_refused(people, frames):
    _send_all(people, frames)


@live
async def _send_all(people, frames):
    tab, other = await Tab(await do(session, people.member)).open(), await Tab(await do(session, people.outsider)).open()
    for value in frames:
        tab.send(json.dumps(value))
    await tab.settled()
    kinds = {json.loads(text)["t"] for text in tab.frames}
    assert tab.code is None and kinds <= {"refused", "gone", "posted", "watching", "count", "read", "change"}
    await other.settled()
    assert other.frames == []


@SOON
@given(bodies=st.lists(st.text(st.characters(), max_size=40), min_size=40, max_size=80))
def test_any_text_is_stored_as_sent_or_refused(people, bodies):
    _say_all(people, bodies)


@live
async def _say_all(people, bodies):
    tab, sent = await Tab(await do(session, people.member)).open(), {}
    for body in bodies:
        sent[str(uuid.uuid4())] = body
        tab.send(t="post", room=people.shared.pk, id=list(sent)[-1], body=body)
    await tab.settled()
    refused = {answer["id"] for answer in tab.got("refused", why="invalid")}
    stored = {str(pk): body for pk, body in await do(lambda: list(Message.objects.values_list("client_id", "body")))}
    assert refused | stored.keys() >= set(sent) and not refused & stored.keys()
    for client_id, body in sent.items():
        if client_id in stored:
            assert stored[client_id].encode() == body.replace("\r\n", "\n").encode()
            PlainText(lines=True)(body.replace("\r\n", "\n"))
