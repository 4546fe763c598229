from .directory import directory
from .membership import Membership
from .message import Message
from .request import RoomRequest
from .room import Closed, Conflict, Draft, Grown, Room

__all__ = ["Closed", "Conflict", "Draft", "Grown", "Membership", "Message", "Room", "RoomRequest", "directory"]
