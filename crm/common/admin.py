"""The base of every ModelAdmin: usable at a million rows."""

import json
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.core.exceptions import EmptyResultSet
from django.core.paginator import Paginator
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property

from crm.common.errors import DomainError
from crm.common.saving import VersionedForm

M = TypeVar("M", bound=Model)
EXACT_UP_TO = 10_000


def estimated_count(queryset: QuerySet[Any]) -> int:
    """The exact number of rows where PostgreSQL's planner expects up to 10,000, and there are; else what it expects.

    It is asked first: to count so many costs more than the page, and up to a second where conditions meet seldom.
    """
    expected = _expected(queryset.order_by().values("pk"))
    if expected > EXACT_UP_TO:
        return expected
    return queryset.order_by()[: EXACT_UP_TO + 1].count()


def _expected(queryset: QuerySet[Any, Any]) -> int:
    try:
        sql, params = queryset.query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        row = cursor.fetchone()
    assert row is not None
    plan = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    return int(plan[0]["Plan"]["Plan Rows"])


class EstimatingPaginator(Paginator[Any]):
    @cached_property
    def count(self) -> int:
        if isinstance(self.object_list, QuerySet):
            return estimated_count(self.object_list)
        return len(self.object_list)


class LargeModelAdmin(admin.ModelAdmin[M]):
    """Derive from this. Give `autocomplete_fields` (never a drop-down over customers), `list_select_related`,
    `search_fields` that an index serves, and write in `save_model` through the app's domain functions.

    Rows are not deleted here unless `may_delete` is set: the domain knows what a deletion must take along.
    """

    show_full_result_count = False
    paginator = EstimatingPaginator
    list_per_page = 50
    list_max_show_all = 200
    save_on_top = True
    may_delete = False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self.may_delete and super().has_delete_permission(request, obj)


class ReadOnlyAdmin(LargeModelAdmin[M]):
    """For rows that only the domain writes: history, rollups, frozen baselines."""

    def has_add_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


class DomainAdmin(LargeModelAdmin[M]):
    """What the domain refuses becomes a message, and the form opens again.

    Forms are `VersionedForm`s: give the verb `seen=form.cleaned_data["seen"]`, and nobody overwrites what another has
    just saved.
    """

    form: type[ModelForm[M]] = VersionedForm

    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        """The version rides along hidden, wherever the fields are named, as long as there is something to save."""
        fieldsets: list[tuple[Any, dict[str, Any]]] = [
            (title, {**options, "fields": [name for name in options["fields"] if name != "seen"]})
            for title, options in super().get_fieldsets(request, obj)
        ]
        if obj is not None and self.has_change_permission(request, obj):
            fieldsets[0][1]["fields"].append("seen")
        return fieldsets

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(request.get_full_path())
