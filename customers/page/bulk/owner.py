"""Give many customers an owner, a team, or both."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Team, User
from customers.models import Customer
from customers.registry.bulk import Changed, Parameters

COLUMNS = ("owner_id", "team_id")


def in_words(parameters: Parameters) -> str:
    said = []
    if "owner_id" in parameters:
        owner = User.objects.filter(pk=parameters["owner_id"]).first()
        said.append(_("Owner: %(name)s") % {"name": owner or _("nobody")})
    if "team_id" in parameters:
        team = Team.objects.filter(pk=parameters["team_id"]).first()
        said.append(_("Team: %(name)s") % {"name": team or _("no team")})
    return " · ".join(said)


def assign_owner(ids: Sequence[int], parameters: Parameters, _by: User) -> list[Changed]:
    """`parameters`: {"owner_id": …} and/or {"team_id": …}; None takes it away. Locks the customers' rows."""
    wanted = {name: parameters[name] for name in COLUMNS if name in parameters}
    found = [Changed(row_id=pk, before=before, after=wanted) for pk, before in _locked(ids, list(wanted))]
    changed = [each for each in found if each.before != wanted]
    _write([each.row_id for each in changed], wanted)
    return changed


def take_back_owner(parameters: Parameters, changes: Sequence[Changed], _by: User) -> set[int]:
    """Of those whose columns are still as they were set; an owner or team that is gone since does not come back."""
    wanted = [name for name in COLUMNS if name in parameters]
    standing = dict(_locked([each.row_id for each in changes], wanted))
    back = [each for each in changes if standing.get(each.row_id) == each.after and _is_there(each.before)]
    groups: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    for each in back:
        groups[tuple(each.before[name] for name in wanted)].append(each.row_id)
    for values, ids in groups.items():
        _write(ids, dict(zip(wanted, values, strict=True)))
    return {each.row_id for each in back}


def _locked(ids: Sequence[int], columns: list[str]) -> list[tuple[int, dict[str, Any]]]:
    rows = Customer.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return [(pk, dict(zip(columns, values, strict=True))) for pk, *values in rows.values_list("pk", *columns)]


def _write(ids: list[int], values: dict[str, Any]) -> None:
    Customer.objects.filter(pk__in=ids).update(**values, updated_at=timezone.now())


def _is_there(before: dict[str, Any]) -> bool:
    owner, team = before.get("owner_id"), before.get("team_id")
    return (owner is None or User.objects.filter(pk=owner).exists()) and (
        team is None or Team.objects.filter(pk=team).exists()
    )
