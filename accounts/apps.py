from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Who people are: bodies, departments, affiliations, verification, sign-in. Imports no other app."""

    name = "accounts"
    verbose_name = _("職員と所属")
