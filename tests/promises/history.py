"""What the clients saw, as the checker reads it."""
import asyncio


def canaries(house):
    """The words that no outsider may receive, as they are and as JSON may escape them."""
    return [house.cast["canary"], house.cast["canary"].encode("unicode_escape").decode()]


def history(house, tabs, outsider, ear, untold=()):
    """Takes the clients of a run that is over, and the tabs nobody told in time; returns the checker's first argument."""
    ear.collect()
    return {
        "sent": {
            client_id: {"room": tab.room, "person": tab.person, "body": body}
            for tab in tabs for client_id, body in tab.sent.items()
        },
        "acknowledged": [answer for tab in tabs for answer in tab.acknowledged],
        "refused": [refusal for tab in tabs for refusal in tab.refusals],
        "altered": {client_id: deed for tab in tabs for client_id, deed in tab.altered.items()},
        "readers": [
            {
                "person": tab.person, "room": tab.room, "log": tab.log, "marked": tab.marked, "complete": tab.complete,
                "shown": [[number, words] for number, (_change, words) in tab.shown.items()], "afterwards": tab.afterwards,
            }
            for tab in tabs
        ],
        "untold": [{"person": tab.person, "room": tab.room} for tab in untold],
        "outsiders": [{"name": "outsider", "bytes": outsider.bytes}, {"name": "channel layer", "bytes": ear.bytes}],
        "canaries": canaries(house),
    }


async def stragglers(tabs, seconds):
    """Tabs that within some seconds of quiet have not seen all that others in their room have or know to be there: nobody
    told them."""
    for _ in range(int(seconds * 20)):
        ends, there = {}, {}
        for tab in tabs:
            ends[tab.room] = max(ends.get(tab.room, 0), tab.cursor)
            there.setdefault(tab.room, set()).update(answer["client_id"] for answer in tab.acknowledged)
        late = [
            tab for tab in tabs if tab.complete
            and (tab.waiting or tab.cursor < ends[tab.room] or there[tab.room] - {client_id for _number, client_id in tab.log})
        ]
        if not late:
            break
        await asyncio.sleep(0.05)
    return late
