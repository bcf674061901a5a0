"""Saved views of lists: whose they are, who may change them, and which one a person finds a list in."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import Asker, Reader
from accounts.domain import staff
from accounts.models import SavedView, SavedViewRow, User
from accounts.roles import Role
from crm.common.compiled import Compiled
from crm.common.errors import DomainError
from crm.common.lists import conditions, state
from crm.common.lists.conditions import Condition
from crm.common.lists.options import Asking
from crm.common.lists.pages import ListPage, View
from crm.common.lists.state import State
from crm.common.versions import lock_as_seen

Shared = SavedView.Shared
SHARE: Final = "accounts.share_savedview"
LOOK: Final = ("conditions", "search", "columns", "sort", "density")
TOLD: Final = ("name", "shared", "default_for")
GROUPS: Final = {
    Shared.MINE: gettext_lazy("Mine"),
    Shared.TEAM: gettext_lazy("My team's"),
    Shared.EVERYONE: gettext_lazy("Everyone's"),
}


class NameTaken(DomainError):
    def __init__(self) -> None:
        super().__init__(_("You have a view of this name already."))


class NotYours(DomainError):
    status = 403

    def __init__(self) -> None:
        super().__init__(_("Only who made this view may change it. Save it as your own."))


class MayNotShare(DomainError):
    status = 403

    def __init__(self) -> None:
        super().__init__(_("You may not share views with everyone."))


class NoTeam(DomainError):
    def __init__(self) -> None:
        super().__init__(_("You are in no team."))


def state_of(page: ListPage, reader: Reader, query: QueryDict) -> State:
    """How the list stands for this address; one query for the views."""
    views = _SAVED.rows(Asker.of(reader), page.key)
    if not isinstance(reader, User):
        return state.read(page, query, asking=Asking(user=reader), views=[_as_view(view, reader) for view in views])
    remembered = reader.list_settings.get(page.key, {})
    return state.read(
        page,
        query,
        asking=Asking(user=reader, user_id=reader.pk, team_id=reader.team_id),
        views=[_as_view(view, reader) for view in views],
        remembered=remembered,
        usual="" if remembered.get("view") else _usual(views, reader),
    )


def _saved_views(asker: Asker, of_list: str) -> QuerySet[SavedView]:
    return SavedView.objects.visible_to(asker.user).filter(of_list=of_list).order_by("name", "id")


_SAVED: Final = Compiled[SavedView](_saved_views)


def remember(*, user: User, of_list: str, settings: Mapping[str, Any]) -> None:
    """Have the list found again as it is now; no change of the account that anybody follows."""
    user.list_settings = {**user.list_settings, of_list: dict(settings)}
    User.objects.filter(pk=user.pk).update(list_settings=user.list_settings)


def may_change(view: SavedView, user: Reader) -> bool:
    return (isinstance(user, User) and view.owner_id == user.pk) or (
        view.shared == Shared.EVERYONE and user.has_perm(SHARE)
    )


def save_view(
    *, by: User, of_list: str, name: str, look: Mapping[str, Any], shared: str = Shared.MINE,
    default_for: Sequence[str] = (), is_picked: bool = False,
) -> SavedView:  # fmt: skip
    """A new view of `by`. `look`: as `State.look` has it. Raises NameTaken, MayNotShare, NoTeam."""
    view = SavedView(owner=by, of_list=of_list, is_picked=is_picked, **{key: look[key] for key in LOOK if key in look})
    _tell(view, by, name, shared, default_for)
    return _saved(view)


def keep_look(*, view: SavedView, look: Mapping[str, Any], by: User) -> None:
    """The view becomes what its list now shows. Raises NotYours."""
    with transaction.atomic():
        held = _held(view, by)
        for key in LOOK:
            setattr(held, key, look[key])
        held.save(update_fields=LOOK)


def change_view(
    *, view: SavedView, by: User, name: str, shared: str, default_for: Sequence[str] = (), seen: str | None = None
) -> None:
    """Name it and share it. Raises NotYours, NameTaken, MayNotShare, NoTeam, ChangedMeanwhile."""
    with transaction.atomic():
        lock_as_seen(view, seen, TOLD)
        held = _held(view, by)
        _tell(held, by, name, shared, default_for)
        _saved(held)


def delete_view(*, view: SavedView, by: User) -> dict[str, Any]:
    """→ what `restore_view` brings it back from. Raises NotYours."""
    with transaction.atomic():
        held = _held(view, by)
        kept = {key: getattr(held, key) for key in ("id", *LOOK, *TOLD, "of_list", "is_picked", "owner_id", "team_id")}
        kept["rows"] = list(held.rows.order_by("id").values_list("row_id", flat=True))
        held.delete()
    return kept


def restore_view(*, kept: Mapping[str, Any], by: User) -> SavedView:
    """Under its own number, which addresses and conditions name.

    Raises NotYours where another's is brought back without the right to share; NameTaken.
    """
    fields = {key: value for key, value in kept.items() if key != "rows"}
    view = SavedView(**fields)
    if not may_change(view, by):
        raise NotYours
    with transaction.atomic():
        saved = _saved(view)
        SavedViewRow.objects.bulk_create([SavedViewRow(view=saved, row_id=row) for row in kept["rows"]])
    return saved


def picked_rows(ids: Sequence[int], of_list: str, user: Any) -> QuerySet[SavedViewRow, int]:
    """Ids of the rows picked for those of these views that the user may see."""
    views = SavedView.objects.visible_to(user).filter(of_list=of_list, pk__in=ids)
    return SavedViewRow.objects.filter(view__in=views).values_list("row_id", flat=True)


def _as_view(view: SavedView, user: Reader) -> View:
    return View(
        key=str(view.pk),
        name=view.name,
        conditions=_conditions(view),
        search=view.search,
        columns=tuple(view.columns),
        sort=view.sort,
        density=view.density,
        group=GROUPS[Shared(view.shared)],
        is_saved=True,
        may_change=may_change(view, user),
        roles=tuple(view.default_for),
    )


def _conditions(view: SavedView) -> dict[str, Any]:
    """With the rows that were picked by hand beside what the conditions leave."""
    if not view.is_picked or "in_view" in str(view.conditions):
        return dict(view.conditions)
    picked = Condition(data={"field": "in_view", "op": "is", "value": [str(view.pk)]})
    try:
        return conditions.as_data(conditions.widened(conditions.read(view.conditions, {}), picked))
    except conditions.BadConditions:
        return dict(view.conditions)


def _usual(views: Sequence[SavedView], user: User) -> str:
    """The view that a role begins with; asked for only where there is one."""
    meant = [view for view in views if view.default_for and view.shared == Shared.EVERYONE]
    role = staff.find_role(user) if meant else None
    return next((str(view.pk) for view in meant if role in view.default_for), "")


def _held(view: SavedView, by: User) -> SavedView:
    held = SavedView.objects.select_for_update(no_key=True).get(pk=view.pk)
    if not may_change(held, by):
        raise NotYours
    return held


def _tell(view: SavedView, by: User, name: str, shared: str, default_for: Sequence[str]) -> None:
    if (shared == Shared.EVERYONE) != (view.shared == Shared.EVERYONE) and not by.has_perm(SHARE):
        raise MayNotShare
    if shared == Shared.TEAM and by.team_id is None:
        raise NoTeam
    view.name, view.shared = name.strip(), shared
    view.team_id = by.team_id if shared == Shared.TEAM else None
    view.default_for = [role for role in Role if role in default_for] if shared == Shared.EVERYONE else []


def _saved(view: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        if "saved_view_name_unique" in str(error):
            raise NameTaken from None
        raise
    return view
