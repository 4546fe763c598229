"""Compares what the clients saw with what the database holds. Knows neither Django nor the application.

    python -m tests.promises.checker history.json dump.json

History: `sent` {client id: {room, person, body}}, `acknowledged` [{client_id, room, number}], `refused` [{client_id, why}],
`altered` {client id: {to: words, "" when taken back, done: acknowledged}}, `readers` [{person, room, log: [[number, client
id], …], shown: [[number, words], …], afterwards: [frame, …] that came when the room was theirs no more, marked: the number to
which they were told to have read, complete}], `untold` [{person, room}] whom nobody told in time, `outsiders` [{name, bytes}],
`canaries` [text].
Dump: `messages` [{room_id, number, client_id, author_id, body}], `memberships` [{room_id, person_id, from_number,
until_number, read_number}], `rooms` [{id, last_number}].
"""
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path


def check(history, dump):
    """Every broken promise as a line `kind: what`; an empty list when all hold."""
    stored = sorted(dump["messages"], key=lambda message: (message["room_id"], message["number"]))
    return [
        *lost_or_doubled(history, stored), *gaps(stored, dump["rooms"]), *strange(history, stored),
        *read_wrongly(history, stored, dump["memberships"]), *shown_wrongly(history["readers"], stored),
        *forgotten(history["readers"], dump["memberships"]), *leaked(history),
        *(f"refused: {refusal['client_id']}, properly sent, as {refusal['why']}" for refusal in history["refused"]),
        *(f"untold: {late['person']} in room {late['room']} heard nothing" for late in history["untold"]),
    ]


def lost_or_doubled(history, stored):
    """Each client id at most once; each acknowledged one there, under the number of every acknowledgement."""
    times = Counter(message["client_id"] for message in stored)
    yield from (f"doubled: {client_id} stored {n} times" for client_id, n in times.items() if n > 1)
    places = {message["client_id"]: (message["room_id"], message["number"]) for message in stored}
    for answer in history["acknowledged"]:
        place, said = places.get(answer["client_id"]), (answer["room"], answer["number"])
        if place is None:
            yield f"lost: {answer['client_id']} was acknowledged as {said}"
        elif place != said:
            yield f"misnumbered: {answer['client_id']} was acknowledged as {said}, stored as {place}"


def gaps(stored, rooms):
    """The numbers of a room are 1 … its last number, each once."""
    numbers = defaultdict(list)
    for message in stored:
        numbers[message["room_id"]].append(message["number"])
    for room in rooms:
        if numbers[room["id"]] != list(range(1, room["last_number"] + 1)):
            yield f"gap: room {room['id']} says {room['last_number']}, holds {numbers[room['id']][:20]}…"


def strange(history, stored):
    """Nothing is stored that nobody sent, nor elsewhere, by another or in other words than it was last given."""
    for message in stored:
        given, deed = history["sent"].get(message["client_id"]), history["altered"].get(message["client_id"])
        held = {"room": message["room_id"], "person": message["author_id"], "body": message["body"]}
        likely = [given] if given and not (deed and deed["done"]) else []
        likely += [{**given, "body": deed["to"]}] if given and deed else []
        if held not in likely:
            yield f"strange: {message['client_id']} sent as {likely}, stored as {held}"


def read_wrongly(history, stored, memberships):
    """A reader's log is the database's order, within the periods in which they were in the room.

    A message altered before somebody saw it comes to them with its alteration, later than its number says.
    """
    periods = defaultdict(list)
    for seat in memberships:
        periods[seat["room_id"], seat["person_id"]].append((seat["from_number"], seat["until_number"] or float("inf")))
    for reader in history["readers"]:
        who, log = f"{reader['person']} in room {reader['room']}", [tuple(entry) for entry in reader["log"]]
        spans = periods[reader["room"], reader["person"]]
        in_room = [(m["number"], m["client_id"]) for m in stored if m["room_id"] == reader["room"]]
        due = [entry for entry in in_room if any(start <= entry[0] <= end for start, end in spans)]
        numbers = [number for number, client_id in log if client_id not in history["altered"]]
        if numbers != sorted(numbers) or len({number for number, _id in log}) < len(log):
            yield f"reordered: {who} saw {[number for number, _id in log][:20]}…"
        if beyond := [entry for entry in log if entry not in due]:
            yield f"leaked: {who} saw {beyond[:3]}, not stored so or not theirs"
        if reader["complete"] and (missing := [entry for entry in due if entry not in set(log)]):
            yield f"missed: {who} never saw {missing[:3]} ({len(missing)})"


def shown_wrongly(readers, stored):
    """What a reader looks at in the end are the words as they are."""
    bodies = {(message["room_id"], message["number"]): message["body"] for message in stored}
    for reader in readers:
        for number, words in reader["shown"] if reader["complete"] else ():
            if words != bodies.get((reader["room"], number), words):
                yield f"stale: {reader['person']} in room {reader['room']} is left with {words!r} at {number}"


def forgotten(readers, memberships):
    """How far somebody was told to have read is never less afterwards, while they sit there."""
    reached = defaultdict(int)
    for seat in memberships:
        place = seat["room_id"], seat["person_id"]
        reached[place] = max(reached[place], seat["read_number"])
    seated = {(seat["room_id"], seat["person_id"]) for seat in memberships if seat["until_number"] is None}
    for reader in readers:
        if (reader["room"], reader["person"]) not in seated:
            continue  # a mark in the moment of leaving may be answered and not kept: it counts for nothing any more
        if reader["marked"] > (stored := reached[reader["room"], reader["person"]]):
            yield f"forgotten: {reader['person']} had read room {reader['room']} to {reader['marked']}, stored is {stored}"


def leaked(history):
    """No outsider received a byte of what they must not see; who lost a room or a session heard no more of it."""
    for reader in history["readers"]:
        if reader["afterwards"]:
            yield f"leaked: {reader['person']} in room {reader['room']} was told {reader['afterwards'][:2]} afterwards"
    for outsider in history["outsiders"]:
        yield from (f"leaked: {outsider['name']} received {c!r}" for c in history["canaries"] if c in outsider["bytes"])


if __name__ == "__main__":
    faults = check(*(json.loads(Path(name).read_text()) for name in sys.argv[1:3]))
    print("\n".join(faults) or "every promise held")
    sys.exit(bool(faults))
