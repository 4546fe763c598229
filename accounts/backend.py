"""Who a session or a password belongs to."""
from allauth.account.auth_backends import AuthenticationBackend

from .models import Person


class Backend(AuthenticationBackend):
    """allauth's, and with the person comes whether they lack a second factor: every request asks that, none pays for it."""

    def get_user(self, user_id):
        """The person of a session; None when gone or out of use."""
        person = Person.objects.of_session(user_id)
        return person if person and self.user_can_authenticate(person) else None
