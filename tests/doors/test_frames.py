"""The socket's side of the table: every frame × every visitor, and what open sockets hear while everything is done."""
import pytest

from ..chat.tab import live
from . import deeds, frames
from .house import House

pytestmark = pytest.mark.django_db(transaction=True)


@live
async def _none(check, house):
    assert await check(house) == []


def test_a_frame_is_answered_as_declared():
    _none(frames.answered, House())


def test_another_sites_page_opens_no_socket():
    _none(frames.foreign, House())


def test_a_socket_does_not_outlive_its_session():
    _none(frames.outlived, House())


def test_open_sockets_hear_only_what_is_theirs_while_every_deed_is_done():
    _none(deeds.done, House())
