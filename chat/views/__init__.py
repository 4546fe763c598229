from . import messages, people, requests, rooms

__all__ = ["messages", "people", "requests", "rooms"]
