"""Finding people, and speaking to one."""
from collections import defaultdict

from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Department
from accounts.standing import standing_required

from ..forms import InviteForm
from ..models import directory, seats

PAGE = 100


@standing_required
@require_GET
def find(request):
    """One's own body by its tree, everybody findable by name, kana, department or body."""
    query = request.GET.get("q", "").replace("\0", "").strip()[:60]
    department_id = request.GET.get("department", "")
    found = directory(request.user)
    own = [standing.organization for standing in request.user.standings]
    departments = Department.objects.filter(organization__in=own).select_related("organization").order_by("organization", "order")
    chosen = None
    if department_id.isascii() and department_id.isdigit() and len(department_id) < 19:
        chosen = get_object_or_404(departments, pk=int(department_id))
    if query:
        found = found.find(query)
    elif chosen:
        found = found.filter(department=chosen)
    else:
        found = found.filter(organization__in=own, department=request.user.standings[0].department)
        chosen = request.user.standings[0].department
    found = list(found.annotate(begins=Q(person__kana__startswith=query)).order_by("-begins", "person__kana", "pk")[:PAGE])
    for affiliation in found:
        affiliation.is_other = affiliation.organization not in own
    context = {"query": query, "chosen": chosen, "departments": tree(departments), "found": found}
    return render(request, "chat/people.html", context)


def tree(departments):
    """The departments with `depth`, each below its parent, siblings in their own order."""
    below = defaultdict(list)
    for department in departments:
        below[department.parent_id].append(department)

    def walk(parent, depth):
        for department in below[parent]:
            department.depth = min(depth, 2)
            yield department
            yield from walk(department.pk, depth + 1)

    return list(walk(None, 0))


@standing_required
@require_POST
def speak(request):
    """Opens the direct room with somebody; between bodies, asks them."""
    form = InviteForm(request.POST)
    pk = form.cleaned_data["affiliation"] if form.is_valid() else 0
    affiliation = get_object_or_404(directory(request.user), pk=pk)
    room = seats.open_direct(request.user, affiliation, form.cleaned_data["note"])
    return redirect("chat:room", room.pk)
