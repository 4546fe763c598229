"""Somebody who sends faster than is answered is not listened to meanwhile: a bounded amount of memory, and others go on."""
import asyncio
import contextlib
import json

from ..server import house
from .clients import new_id, open_socket
from .test_slow_reader import answer, deaf, masked, resident_mib

FLOOD = 24 * 1024 * 1024  # bytes: far beyond what the kernel keeps for a connection
KEPT_MIB = 24  # what the process may grow by
BLOCKED = 5  # seconds in which nothing more of the flood is taken
SOON = 10  # seconds in which another tab's words are answered, on a busy machine


def flood(connection, frame):
    """Sends a frame again and again, reading nothing; returns how many bytes were taken before nobody took more."""
    connection.settimeout(BLOCKED)
    wave, sent = masked(json.dumps(frame)) * 1_000, 0
    with contextlib.suppress(TimeoutError, ConnectionError):
        while sent < FLOOD:
            sent += connection.send(wave[sent % len(wave):])
    return sent


def test_a_flood_during_one_slow_answer_is_not_taken_either():
    with house(people=4) as made:
        daphne, [room, *_] = made.daphnes[0], map(int, made.cast["rooms"])
        flooder = made.cast["sessions"][str(made.cast["rooms"][str(room)][1])]
        made.plant("slow_reading")

        async def story():
            await daphne.start()
            connection = deaf(daphne, flooder, room)
            before = resident_mib(daphne.process)
            connection.sendall(masked(json.dumps({"t": "read", "room": room, "number": 1})))
            sent = await asyncio.to_thread(flood, connection, {"t": "here"})
            grown = resident_mib(daphne.process) - before
            connection.close()
            return sent, grown

        sent, grown = asyncio.run(story())
        assert sent < FLOOD, "everything was taken"
        assert grown < KEPT_MIB, f"{grown:.0f} MiB"


def test_a_flood_is_not_taken_and_others_go_on():
    with house(people=4) as made:
        daphne, [room, *_] = made.daphnes[0], map(int, made.cast["rooms"])
        writer, flooder, *_others = (made.cast["sessions"][str(person)] for person in made.cast["rooms"][str(room)])

        async def story():
            await daphne.start()
            async with open_socket(daphne, writer) as author:
                await answer(author, "posted", t="post", room=room, id=new_id(), body="まえ")
                before = resident_mib(daphne.process)
                connection = deaf(daphne, flooder, room)
                pouring = asyncio.create_task(asyncio.to_thread(flood, connection, {"t": "read", "room": room, "number": 1}))
                for _ in range(20):
                    async with asyncio.timeout(SOON):
                        await answer(author, "posted", t="post", room=room, id=new_id(), body="そのあいだ")
                    await asyncio.sleep(0.1)
                sent = await pouring
                grown = resident_mib(daphne.process) - before
                connection.close()
                async with asyncio.timeout(SOON):
                    await answer(author, "posted", t="post", room=room, id=new_id(), body="あと")
            return sent, grown

        sent, grown = asyncio.run(story())
        assert sent < FLOOD, "everything was taken"
        assert grown < KEPT_MIB, f"{grown:.0f} MiB"
        assert not made.complaints()
