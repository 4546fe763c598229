"""Pages of second factors: allauth's, with our forms, our roads between them, and the refusals it leaves to us."""
from allauth.account.decorators import reauthentication_required
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from .standing import factor_not_required

INDEX = reverse_lazy("mfa_index")
open_to_all = method_decorator(factor_not_required, name="dispatch")


@open_to_all
class Index(base.IndexView):
    """All second factors of oneself, and why one is asked for."""

    def get_context_data(self, **kwargs):
        """With what the page says about who asks for it, and whether the last one may go."""
        person = self.request.user
        asking = [standing.organization for standing in person.standings if standing.organization.second_factor_from]
        return super().get_context_data(**kwargs) | {
            "asking": sorted(set(asking), key=lambda body: (body.second_factor_from, body.pk)), "today": timezone.localdate(),
        }


@open_to_all
class AddApp(totp.ActivateTOTPView):
    """An authenticator app: QR code, secret, and the first number."""


class RemoveApp(totp.DeactivateTOTPView):
    """An authenticator app goes; the form refuses while it is the last and somebody asks for one."""


@open_to_all
class AddPasskey(webauthn.AddWebAuthnView):
    """A passkey: discoverable and with the person verified, so that it signs in alone."""

    def get_context_data(self, **kwargs):
        """With what the browser is to make."""
        options = auth.begin_registration(self.request.user, True)
        return super(webauthn.AddWebAuthnView, self).get_context_data(**kwargs) | {"options": options}


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class RemovePasskey(webauthn.RemoveWebAuthnView):
    """A passkey goes, unless it is the last factor and somebody asks for one."""

    success_url = INDEX

    def form_valid(self, form):
        """Removes it, or says why not."""
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return redirect(INDEX)
        return super().form_valid(form)


class RenamePasskey(webauthn.EditWebAuthnView):
    """Another name for a passkey."""

    success_url = INDEX


@open_to_all
@method_decorator(never_cache, name="dispatch")
class Codes(codes.ViewRecoveryCodesView):
    """The recovery codes: shown once, afterwards only how many are left."""


@open_to_all
class NewCodes(codes.GenerateRecoveryCodesView):
    """New recovery codes in place of the old ones."""

    def dispatch(self, request, *args, **kwargs):
        """Nobody has codes without a factor: as a page that never was."""
        if not request.user.factors.exists():
            raise Http404
        return super().dispatch(request, *args, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class PasskeySignIn(webauthn.LoginWebAuthnView):
    """Signing in by a passkey."""

    def form_invalid(self, form):
        """Back to the door, with the reason."""
        for words in form.errors.get("credential", []):
            messages.error(self.request, words)
        return redirect("account_login")


@open_to_all
class PasskeyAgain(webauthn.ReauthenticateWebAuthnView):
    """Proves by a passkey that it is still the same person."""

    def form_invalid(self, form):
        """The page again, with the reason."""
        return self.render_to_response(self.get_context_data(form=form, refused=form.errors.get("credential")))

    def get_context_data(self, **kwargs):
        """With the words of a refusal."""
        return super().get_context_data(**kwargs) | {"refused": kwargs.get("refused")}


second_step = base.authenticate
code_again = factor_not_required(base.reauthenticate)
