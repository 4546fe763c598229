"""A checker counts only once it has caught planted faults."""
import copy
import uuid

import pytest

from .checker import check

IDS = [str(uuid.UUID(int=number)) for number in range(1, 7)]


def reader(person, log, marked=0):
    """Somebody in the first room who saw all of this log, as it is."""
    shown = [[number, f"カナリア {client_id}"] for number, client_id in log]
    return {"person": person, "room": 1, "log": log, "shown": shown, "marked": marked, "afterwards": [], "complete": True}


def sound():
    """Two rooms, two readers in the first of whom one joined at number 2, an outsider; all promises held."""
    messages = [
        {"room_id": 1 + index // 4, "number": 1 + index % 4, "client_id": i, "author_id": 7, "body": f"カナリア {i}"}
        for index, i in enumerate(IDS)
    ]
    log = [[m["number"], m["client_id"]] for m in messages[:4]]
    history = {
        "sent": {m["client_id"]: {"room": m["room_id"], "person": 7, "body": m["body"]} for m in messages},
        "acknowledged": [{"client_id": m["client_id"], "room": m["room_id"], "number": m["number"]} for m in messages],
        "readers": [
            reader(7, log, marked=4),
            reader(8, log[1:]),
            {**reader(9, log[:1]), "complete": False},
        ],
        "refused": [], "untold": [], "altered": {IDS[3]: {"to": f"カナリア {IDS[3]}", "done": True}},
        "outsiders": [{"name": "other town", "bytes": '{"t":"hello","rooms":[]}'}],
        "canaries": ["カナリア", "\\u30ab"],
    }
    dump = {
        "messages": messages,
        "memberships": [
            {"room_id": 1, "person_id": 7, "from_number": 1, "until_number": None, "read_number": 4},
            {"room_id": 1, "person_id": 8, "from_number": 2, "until_number": None, "read_number": 4},
            {"room_id": 1, "person_id": 9, "from_number": 1, "until_number": 2, "read_number": 4},
        ],
        "rooms": [{"id": 1, "last_number": 4}, {"id": 2, "last_number": 2}, {"id": 3, "last_number": 0}],
    }
    return history, dump


def lose_acknowledged(history, dump):
    del dump["messages"][5]
    dump["rooms"][1]["last_number"] = 1


def store_twice(history, dump):
    dump["messages"].append({**dump["messages"][5], "number": 3})
    dump["rooms"][1]["last_number"] = 3


def acknowledge_another_number(history, dump):
    history["acknowledged"][2]["number"] = 4


def acknowledge_twice_differently(history, dump):
    history["acknowledged"].append({**history["acknowledged"][2], "number": 9})


def skip_a_number(history, dump):
    dump["messages"][5]["number"] = 3
    history["acknowledged"][5]["number"] = 3
    dump["rooms"][1]["last_number"] = 3


def count_too_far(history, dump):
    dump["rooms"][0]["last_number"] = 5


def use_a_number_twice(history, dump):
    dump["messages"][5]["number"] = history["acknowledged"][5]["number"] = 1


def show_in_another_order(history, dump):
    log = history["readers"][0]["log"]
    log[1], log[2] = log[2], log[1]


def show_twice(history, dump):
    history["readers"][0]["log"].append(history["readers"][0]["log"][3])


def never_show(history, dump):
    del history["readers"][0]["log"][2]


def show_under_another_number(history, dump):
    history["readers"][1]["log"][2][1] = IDS[5]


def show_before_joining(history, dump):
    history["readers"][1]["log"].insert(0, [1, IDS[0]])


def show_after_leaving(history, dump):
    history["readers"][2]["log"].append([3, IDS[2]])


def tell_an_outsider(history, dump):
    history["outsiders"][0]["bytes"] += '{"t":"change","items":[[1,"<p>カナリア"]]}'


def tell_an_outsider_escaped(history, dump):
    history["outsiders"][0]["bytes"] += '{"room":"\\u30ab\\u30ca\\u30ea\\u30a2"}'


def store_what_nobody_sent(history, dump):
    del history["sent"][IDS[3]]


def store_other_words(history, dump):
    dump["messages"][0]["body"] = "カナリア"


def store_under_another_name(history, dump):
    dump["messages"][0]["author_id"] = 8


def refuse_what_is_proper(history, dump):
    history["refused"].append({"client_id": IDS[0], "why": "conflict"})


def tell_nobody(history, dump):
    history["untold"].append({"person": 8, "room": 1})


def show_old_words(history, dump):
    history["readers"][1]["shown"][2][1] = "前の言葉"


def forget_an_edit(history, dump):
    history["altered"][IDS[2]] = {"to": "直した言葉", "done": True}


def forget_what_was_read(history, dump):
    history["readers"][0]["marked"] = 5


def tell_who_has_gone(history, dump):
    history["readers"][2]["afterwards"].append({"t": "count", "room": 1, "last_number": 3})


FAULTS = {
    refuse_what_is_proper: "refused", tell_nobody: "untold", show_old_words: "stale", forget_an_edit: "strange",
    forget_what_was_read: "forgotten", tell_who_has_gone: "leaked",
    lose_acknowledged: "lost", store_twice: "doubled", acknowledge_another_number: "misnumbered",
    acknowledge_twice_differently: "misnumbered", skip_a_number: "gap", count_too_far: "gap", use_a_number_twice: "gap",
    show_in_another_order: "reordered", show_twice: "reordered", never_show: "missed",
    show_under_another_number: "leaked", show_before_joining: "leaked", show_after_leaving: "leaked",
    tell_an_outsider: "leaked", tell_an_outsider_escaped: "leaked", store_what_nobody_sent: "strange",
    store_other_words: "strange", store_under_another_name: "strange",
}


def test_a_sound_history_passes():
    assert check(*sound()) == []


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_caught(plant):
    history, dump = copy.deepcopy(sound())
    plant(history, dump)
    assert FAULTS[plant] in {fault.split(":")[0] for fault in check(history, dump)}
