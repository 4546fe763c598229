from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who people are: bodies, departments, affiliations, verification, sign-in. Imports no other app."""

    name = "accounts"
    verbose_name = "職員と所属"
