"""Routes under /account/: our own pages in the namespace `accounts`, and those of allauth that we use, by its names."""
from allauth.account import views as allauth
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.i18n import set_language

from . import converters, staff, views  # noqa: F401  (registers <number:…>)

pages = [
    path("me/", views.me, name="me"),
    path("theme/", views.theme, name="theme"),
    path("language/", login_not_required(set_language), name="language"),
    path("pending/", views.pending, name="pending"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("staff/", staff.staff, name="staff"),
    path("staff/invite/", staff.invite, name="invite"),
    path("staff/invitation/<number:pk>/withdraw/", staff.withdraw_invitation, name="withdraw_invitation"),
    path("staff/<number:pk>/", staff.affiliation, name="affiliation"),
    path("staff/<number:pk>/confirm/", staff.confirm, name="confirm"),
    path("staff/<number:pk>/decline/", staff.decline, name="decline"),
    path("staff/<number:pk>/transfer/", staff.transfer, name="transfer"),
    path("staff/<number:pk>/withdraw/", staff.withdraw, name="withdraw"),
    path("staff/<number:pk>/return/", staff.take_back, name="take_back"),
    path("staff/<number:pk>/contact/", staff.contact, name="contact"),
    path("staff/<number:pk>/administrator/", staff.administrator, name="administrator"),
]

urlpatterns = [
    path("", include((pages, "accounts"))),
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("signup/", allauth.signup, name="account_signup"),
    path("confirm-email/", login_not_required(allauth.email_verification_sent), name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", views.ConfirmEmailView.as_view(), name="account_confirm_email"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-:\w]+)/$",
        allauth.password_reset_from_key, name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/", allauth.password_reset_from_key_done, name="account_reset_password_from_key_done"
    ),
]
