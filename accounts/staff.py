"""The page of a body's administrators. Every deed is the model's; here it is found, validated, done, answered."""
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Replace
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from . import letters
from .forms import ConfirmForm, InviteForm, ResetForm, StaffSearch, TransferForm, WithdrawForm
from .models import Affiliation, FactorReset, Invitation, Organization, Session
from .standing import administrator_required

PAGE = 50


def _own(request):
    """The affiliations of the bodies this person administers: every id is looked up in here."""
    bodies = request.user.administered
    return Affiliation.objects.filter(organization__in=bodies).select_related(
        "person", "organization", "department", "verification"
    )


@contextmanager
def _told(request):
    """A deed and its letters in one transaction; a refusal is said, not raised."""
    try:
        with transaction.atomic():
            yield
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    except PermissionDenied:
        messages.error(request, _("自分の所属は、ほかの管理者に頼んでください。"))


@administrator_required
def staff(request):
    """Who waits, who works here, who is invited."""
    return _page(request, InviteForm(bodies=request.user.administered))


def _page(request, invite):
    bodies = request.user.administered
    search = StaffSearch(request.GET, bodies=bodies)
    waiting = _own(request).pending().order_by("starts", "pk")
    return render(request, "accounts/staff.html", {
        "bodies": bodies,
        "waiting": [(row, ConfirmForm(bodies=[row.organization], prefix=f"confirm-{row.pk}")) for row in waiting],
        "search": search,
        "found": Paginator(_found(request, search), PAGE).get_page(request.GET.get("page")),
        "invite": invite,
        "invitations": Invitation.objects.pending().filter(organization__in=bodies).select_related("department", "by"),
    })


def _found(request, search):
    """The staff list as asked for; an unintelligible question lists everybody."""
    wanted = search.cleaned_data if search.is_valid() else {}
    rows, today = _own(request), timezone.localdate()
    match wanted.get("state"):
        case StaffSearch.State.WITHDRAWN:
            rows = rows.filter(verification__withdrawn_at__isnull=False)
        case StaffSearch.State.ENDED:
            rows = rows.filter(verification__withdrawn_at=None, verification__isnull=False, ends__lt=today)
        case StaffSearch.State.COMING:
            rows = rows.filter(verification__withdrawn_at=None, verification__isnull=False, starts__gt=today)
        case _:
            rows = rows.standing()
    if department := wanted.get("department"):
        rows = rows.filter(department=department)
    if words := "".join(wanted.get("q", "").split()):  # 髙橋由佳 finds 髙橋 由佳
        rows = rows.annotate(
            _name=Replace("person__name", Value(" "), Value("")), _kana=Replace("person__kana", Value(" "), Value(""))
        ).filter(Q(_name__icontains=words) | Q(_kana__icontains=words))
    return rows.order_by("department__order", "department__name", "person__kana", "pk")


@administrator_required
@require_POST
def confirm(request, pk):
    """The body vouches for somebody who registered."""
    affiliation = get_object_or_404(_own(request), pk=pk)
    form = ConfirmForm(request.POST, bodies=[affiliation.organization], prefix=f"confirm-{pk}")
    if not form.is_valid():
        messages.error(request, _("組織と役職を、もう一度選んでください。"))
        return redirect("accounts:staff")
    with _told(request):
        affiliation.confirm(request.user, form.cleaned_data["department"], form.cleaned_data["title"])
        letters.confirmed(affiliation)
        messages.success(request, _("%(name)sさんを確認しました。") % {"name": affiliation.person.name})
    return redirect("accounts:staff")


@administrator_required
@require_POST
def decline(request, pk):
    """The body does not know this person."""
    affiliation = get_object_or_404(_own(request), pk=pk)
    person, organization = affiliation.person, affiliation.organization
    with _told(request):
        affiliation.decline(request.user)
        letters.declined(person, organization)
        messages.success(request, _("%(name)sさんの登録を断りました。") % {"name": person.name})
    return redirect("accounts:staff")


@administrator_required
@require_POST
def invite(request):
    """Invites an address; the body follows from it, and must be one of this administrator's."""
    form = InviteForm(request.POST, bodies=request.user.administered)
    if form.is_valid():
        data = form.cleaned_data
        domain = data["email"].rpartition("@")[2].lower()
        bodies = request.user.administered
        body = Organization.objects.for_domain(domain)
        try:
            with transaction.atomic():
                sent, token = Invitation.objects.issue(
                    request.user, body if body in bodies else bodies[0], data["email"], data["department"], data["title"]
                )
                letters.invited(sent, token)
        except ValidationError as refusal:
            form.add_error("department" if refusal.code == "department" else "email", refusal)
        else:
            messages.success(request, _("%(address)s に招待を送ります。") % {"address": sent.email})
            return redirect("accounts:staff")
    return _page(request, form)


@administrator_required
@require_POST
def withdraw_invitation(request, pk):
    """Closes a door to which nobody came yet."""
    found = get_object_or_404(Invitation, pk=pk, organization__in=request.user.administered)
    with _told(request):
        found.withdraw(request.user)
        messages.success(request, _("%(address)s への招待を取り消しました。") % {"address": found.email})
    return redirect("accounts:staff")


@administrator_required
def affiliation(request, pk):
    """One affiliation and what can be done about it."""
    return _one(request, get_object_or_404(_own(request), pk=pk))


def _one(request, row, **forms):
    here = Affiliation.objects.standing().filter(person=row.person, organization=row.organization)
    return render(request, "accounts/affiliation.html", {
        "row": row, "stands": here.filter(pk=row.pk).exists(), "may_return": row.is_left() and not here.exists(),
        "transfer": TransferForm(bodies=[row.organization]), "withdraw": WithdrawForm(),
        "confirm": ConfirmForm(bodies=[row.organization]), "reset": ResetForm(), "may_reset": row.person.may_be_reset(),
        "asked_reset": FactorReset.objects.waiting().filter(person=row.person, organization=row.organization).first(), **forms,
    })


@administrator_required
@require_POST
def transfer(request, pk):
    """人事異動 inside the body."""
    row = get_object_or_404(_own(request), pk=pk)
    form = TransferForm(request.POST, bodies=[row.organization])
    if not form.is_valid():
        return _one(request, row, transfer=form)
    with _told(request):
        row.transfer(request.user, form.cleaned_data["department"], form.cleaned_data["title"], form.cleaned_data["on"])
        messages.success(request, _("%(name)sさんの異動を記録しました。") % {"name": row.person.name})
        return redirect("accounts:staff")
    return redirect("accounts:affiliation", pk)


@administrator_required
@require_POST
def withdraw(request, pk):
    """The body takes its word back, with the reason."""
    row = get_object_or_404(_own(request), pk=pk)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _one(request, row, withdraw=form)
    with _told(request):
        row.withdraw(request.user, form.cleaned_data["reason"])
        messages.success(request, _("%(name)sさんの確認を取り消しました。") % {"name": row.person.name})
        return redirect("accounts:staff")
    return redirect("accounts:affiliation", pk)


@administrator_required
@require_POST
def take_back(request, pk):
    """The body vouches anew for somebody who stands there no more."""
    row = get_object_or_404(_own(request), pk=pk)
    form = ConfirmForm(request.POST, bodies=[row.organization])
    if not form.is_valid():
        return _one(request, row, confirm=form)
    with _told(request):
        renewed = row.take_back(request.user, form.cleaned_data["department"], form.cleaned_data["title"])
        letters.confirmed(renewed)
        messages.success(request, _("%(name)sさんを確認しました。") % {"name": row.person.name})
        return redirect("accounts:staff")
    return redirect("accounts:affiliation", pk)


@administrator_required
@require_POST
def contact(request, pk):
    """Published to other bodies as a contact point, or no more."""
    row = get_object_or_404(_own(request), pk=pk)
    with _told(request):
        row.set_contact(request.user, request.POST.get("on") == "1")
    return redirect("accounts:affiliation", pk)


@administrator_required
@require_POST
def administrator(request, pk):
    """An administrator of the body, or no more."""
    row = get_object_or_404(_own(request), pk=pk)
    with _told(request):
        row.appoint(request.user, request.POST.get("on") == "1")
    return redirect("accounts:affiliation", pk)


@administrator_required
@require_POST
def sign_out(request, pk):
    """Ends every session of one of the staff, who is told by letter."""
    row = get_object_or_404(_own(request).standing(), pk=pk)
    with _told(request):
        Session.objects.end_all(row.person, keep=request.session.session_key)
        letters.signed_out(row.person, row.organization)
        messages.success(request, _("%(name)sさんのログインを、すべて終わらせました。") % {"name": row.person.name})
    return redirect("accounts:affiliation", pk)
