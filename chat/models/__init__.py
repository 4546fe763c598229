from .directory import directory
from .membership import Membership
from .message import Message
from .presence import Presence
from .request import RoomRequest
from .room import Closed, Conflict, Draft, Grown, Room

__all__ = [
    "Closed", "Conflict", "Draft", "Grown", "Membership", "Message", "Presence", "Room", "RoomRequest", "directory",
]
