"""One's own pages: waiting, oneself, an invitation. Sign-in itself is allauth's."""
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from allauth.account.views import ConfirmEmailView as AllauthConfirmEmailView
from allauth.core import ratelimit
from allauth.decorators import rate_limit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from .forms import InvitationAcceptForm, KanaForm
from .models import Invitation, Session
from .standing import factor_not_required

THEMES = ("auto", "light", "dark")
YEAR = 365 * 86_400  # seconds


@method_decorator(login_not_required, name="dispatch")
@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class ConfirmEmailView(AllauthConfirmEmailView):
    """The link in the letter, and the password chosen at registration: one alone opens nothing.

    Otherwise somebody could register another's address, and its owner would confirm a login whose password they do not know.
    """

    def post(self, request, *args, **kwargs):
        """Confirms the address and signs in."""
        self.object = self.get_object()
        person = self.object.email_address.user
        if refused := ratelimit.consume_or_429(request, action="confirm_password", key=str(person.pk)):
            return refused
        if not person.check_password(request.POST.get("password", "")):
            return self.render_to_response(self.get_context_data(refused=True))
        super().post(request, *args, **kwargs)
        return perform_login(request, person)


def pending(request):
    """Where somebody lands for whom no body vouches: what they wait for, and whom they can ask."""
    if request.user.standings:
        return redirect("chat:index")
    waiting = request.user.affiliations.pending().select_related("organization", "department")
    return render(request, "accounts/pending.html", {"waiting": waiting})


@factor_not_required
def me(request):
    """Oneself: name and badge as the body confirmed them, kana of one's own, looks of the page."""
    form = KanaForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("ふりがなを変えました。"))
        return redirect("accounts:me")
    theme = request.COOKIES.get("engawa_theme")
    return render(request, "accounts/me.html", {
        "form": form, "theme": theme if theme in THEMES else "auto",
        "affiliations": request.user.affiliations.current().select_related("organization", "department", "verification"),
        "resets": [] if request.user.lacks_factor else request.user.resets_witnessed.waiting().select_related("person", "by"),
    })


@factor_not_required
@require_POST
def theme(request):
    """Light, dark, or as the machine says; kept in a cookie, since it belongs to the screen and not to the person."""
    chosen = request.POST.get("theme")
    response = redirect("accounts:me")
    if chosen in THEMES:
        response.set_cookie(
            "engawa_theme", chosen, max_age=YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
        )
    return response


@rate_limit(action="invitation", limit_get=True)
@login_not_required
@never_cache
@sensitive_post_parameters("password")
def invitation(request, token):
    """The door an invitation opens. A wrong, used, withdrawn or old token all get the same page (404)."""
    found = Invitation.objects.open(token)
    if found is None:
        return _shut(request)
    form = InvitationAcceptForm(request.POST or None, email=found.email)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            person = found.accept(data["name"], data["kana"], data["password"])
        except (PermissionDenied, ValidationError):  # the inviter lost the power, or somebody was faster
            return _shut(request)
        get_adapter().logout(request)  # whoever was signed in here before
        get_adapter().login(request, person)
        return redirect("chat:index")
    return render(request, "accounts/invitation.html", {"invitation": found, "form": form})


def _shut(request):
    return render(request, "accounts/invitation_shut.html", status=404)


@factor_not_required
def sessions(request):
    """Where one is signed in, this browser first."""
    mine = sorted(Session.objects.of(request.user), key=lambda row: row.pk != request.session.session_key)
    limits = {"idle": settings.SESSION_IDLE // timedelta(minutes=1), "hours": settings.SESSION_COOKIE_AGE // 3600}
    return render(request, "accounts/sessions.html", {"here": mine[:1], "others": mine[1:], **limits})


@factor_not_required
@require_POST
def end_session(request, ref):
    """Signs out one other browser of one's own; somebody else's is as absent as one that never was."""
    get_object_or_404(Session.objects.of(request.user).exclude(pk=request.session.session_key), ref=ref).end()
    messages.success(request, _("その端末のログインを終わらせました。"))
    return redirect("accounts:sessions")


@factor_not_required
@require_POST
def end_sessions(request):
    """Signs out every other browser of one's own."""
    Session.objects.end_all(request.user, keep=request.session.session_key)
    messages.success(request, _("ほかの端末のログインを、すべて終わらせました。"))
    return redirect("accounts:sessions")
