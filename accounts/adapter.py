"""What allauth asks this project."""
from allauth.account.adapter import DefaultAccountAdapter

from .addresses import validate_address


class AccountAdapter(DefaultAccountAdapter):
    """Addresses by our rules; sessions that end poke whoever holds their sockets."""

    def clean_email(self, email):
        """Takes what was typed, returns the address to store, mail and verify: byte for byte the same string."""
        return validate_address(email)[0]

    def set_password(self, user, password):
        """Stores a new password; sockets of other sessions ask again and close."""
        super().set_password(user, password)
        user.standing_changed()

    def logout(self, request):
        """Ends the session and its sockets."""
        person = request.user
        super().logout(request)
        if person.is_authenticated:
            person.standing_changed()
