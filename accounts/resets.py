"""The doors of resetting a lost second factor: an administrator asks, a witness answers."""
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .forms import ResetForm
from .models import Affiliation, FactorReset
from .standing import administrator_required, standing_required


def _try(request, deed, done):
    """Does it and says so; a refusal is said, not raised."""
    try:
        deed()
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    except PermissionDenied:
        messages.error(request, _("この依頼は、いまは進められません。管理者か職員の確認が変わっています。"))
    else:
        messages.success(request, done)


@administrator_required
@require_POST
def ask(request, pk):
    """Asks a witness, by name or address, to confirm that somebody of one's body lost their second factors."""
    rows = Affiliation.objects.filter(organization__in=request.user.administered).select_related("person", "organization")
    row = get_object_or_404(rows, pk=pk)
    form = ResetForm(request.POST, organization=row.organization)
    if not form.is_valid():
        messages.error(request, " ".join(words for errors in form.errors.values() for words in errors))
        return redirect("accounts:affiliation", pk)
    witness, reason = form.cleaned_data["witness"], form.cleaned_data["reason"]
    _try(
        request, lambda: FactorReset.objects.ask(request.user, row.person, row.organization, witness, reason),
        _("%(name)sさんに、立ち会いを頼みました。") % {"name": witness.name},
    )
    return redirect("accounts:affiliation", pk)


@standing_required
@require_POST
def confirm(request, pk):
    """The witness confirms."""
    asked = get_object_or_404(FactorReset, pk=pk, witness=request.user)
    _try(request, lambda: asked.confirm(request.user), _("%(name)sさんの二段階認証を解除しました。") % {"name": asked.person.name})
    return redirect("accounts:me")


@standing_required
@require_POST
def decline(request, pk):
    """The witness says no."""
    asked = get_object_or_404(FactorReset, pk=pk, witness=request.user)
    _try(request, lambda: asked.decline(request.user), _("依頼を断りました。"))
    return redirect("accounts:me")


@administrator_required
@require_POST
def cancel(request, pk):
    """An administrator calls a request of their body off."""
    asked = get_object_or_404(FactorReset, pk=pk, organization__in=request.user.administered)
    _try(request, lambda: asked.cancel(request.user), _("依頼を取りやめました。"))
    return redirect("accounts:staff")
