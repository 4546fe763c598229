"""Routes under /account/: our own pages in the namespace `accounts`, and those of allauth that we use, by its names."""
from allauth.account import views as allauth
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.i18n import set_language

from . import converters, factor_views, resets, staff, views  # noqa: F401  (registers <number:…>)
from .standing import factor_not_required

pages = [
    path("me/", views.me, name="me"),
    path("theme/", views.theme, name="theme"),
    path("language/", factor_not_required(login_not_required(set_language)), name="language"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/end/", views.end_sessions, name="end_sessions"),
    path("sessions/<uuid:ref>/end/", views.end_session, name="end_session"),
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
    path("staff/<number:pk>/sign-out/", staff.sign_out, name="sign_out"),
    path("staff/<number:pk>/reset/", resets.ask, name="ask_reset"),
    path("reset/<number:pk>/confirm/", resets.confirm, name="confirm_reset"),
    path("reset/<number:pk>/decline/", resets.decline, name="decline_reset"),
    path("reset/<number:pk>/cancel/", resets.cancel, name="cancel_reset"),
]

factors = [
    path("", factor_views.Index.as_view(), name="mfa_index"),
    path("step/", factor_views.second_step, name="mfa_authenticate"),
    path("again/", factor_views.code_again, name="mfa_reauthenticate"),
    path("again/passkey/", factor_views.PasskeyAgain.as_view(), name="mfa_reauthenticate_webauthn"),
    path("app/", factor_views.AddApp.as_view(), name="mfa_activate_totp"),
    path("app/remove/", factor_views.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("passkey/", factor_views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("passkey/<number:pk>/name/", factor_views.RenamePasskey.as_view(), name="mfa_edit_webauthn"),
    path("passkey/<number:pk>/remove/", factor_views.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("codes/", factor_views.Codes.as_view(), name="mfa_view_recovery_codes"),
    path("codes/new/", factor_views.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
]

urlpatterns = [
    path("", include((pages, "accounts"))),
    path("factors/", include(factors)),
    path("login/", allauth.login, name="account_login"),
    path("login/passkey/", factor_views.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("logout/", factor_not_required(allauth.logout), name="account_logout"),
    path("reauthenticate/", factor_not_required(allauth.reauthenticate), name="account_reauthenticate"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("signup/", allauth.signup, name="account_signup"),
    path("confirm-email/", login_not_required(allauth.email_verification_sent), name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", views.ConfirmEmailView.as_view(), name="account_confirm_email"),
    path("password/change/", factor_not_required(allauth.password_change), name="account_change_password"),
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
