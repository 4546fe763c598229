"""What a User-Agent is called on the list of one's sessions and in letters."""
import pytest

from accounts.agents import described

from .test_sessions import EDGE, IPHONE


@pytest.mark.parametrize(("agent", "words"), [
    (EDGE, "Windows の Edge"), (IPHONE, "iPhone の Safari"), ("", "種類のわからない端末"), ("curl/8.0", "種類のわからない端末"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Linux の Firefox"),
    ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36", "Android の Chrome"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15) AppleWebKit/605 Version/19 Safari/605", "Mac の Safari"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) CriOS/142 Mobile Safari/604", "iPhone の Chrome"),
])
def test_a_machine_is_called_by_what_its_owner_knows(agent, words):
    assert described(agent) == words
