"""The admin: stock Django, Japanese, and scoped. Rights follow standing, never Django's permission tables."""
from . import organizations, people, records
from .site import Scoped, ScopedAdmin, site

__all__ = ["Scoped", "ScopedAdmin", "organizations", "people", "records", "site"]
