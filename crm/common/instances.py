"""Instances of the rows of a page, as Django makes them, in a third of the time.

Django hands each value to the model by name; here they become the instance's as they are. What several rows have in
common (a tier, a team, an owner) is made once for all of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable

Rows = TypeVar("Rows", bound=QuerySet[Any])


def made_quickly(rows: Rows) -> Rows:
    """The same rows. Their models listen to no signal of being made."""
    quick = rows.all()
    if issubclass(quick._iterable_class, ModelIterable):  # noqa: SLF001 - as `values` does
        quick._iterable_class = Quick  # noqa: SLF001
    return quick


class Quick(ModelIterable[Any]):
    def __iter__(self) -> Iterator[Any]:
        queryset: Any = self.queryset
        compiler = queryset.query.get_compiler(using=queryset.db)
        found = compiler.execute_sql(chunked_fetch=self.chunked_fetch, chunk_size=self.chunk_size)
        rows = compiler.results_iter(found)
        yield from instances(rows, compiler.klass_info, compiler.select, compiler.annotation_col_map, db=queryset.db)


def instances(
    rows: Iterable[Sequence[Any]], info: Mapping[str, Any], select: Sequence[Any], annotated: Mapping[str, int] | None,
    *, db: str,
) -> Iterator[Any]:  # fmt: skip
    """Of rows of a query that was compiled, whose compiler says what is what in them."""
    made, also = _Maker(info, select, db).made, (annotated or {}).items()
    for row in rows:
        one = made(row)
        for name, at in also:
            setattr(one, name, row[at])
        yield one


class _Maker:
    """Of one model, from its columns in a row; with what it is related to."""

    def __init__(self, info: Mapping[str, Any], select: Sequence[Any], db: str) -> None:
        self.model, columns = info["model"], info["select_fields"]
        self.first, self.end = columns[0], columns[-1] + 1
        self.names = [column.target.attname for column, _sql, _alias in select[self.first : self.end]]
        self.key = self.first + self.names.index(self.model._meta.pk.attname)  # noqa: SLF001 - Django's documented name
        self.db = db
        self.known: dict[Any, Model] = {}
        self.related = [
            (_Maker(one, select, db), one["local_setter"], one["remote_setter"])
            for one in info.get("related_klass_infos", ())
        ]

    def made(self, row: Sequence[Any]) -> Any:
        instance = self.model.__new__(self.model)
        state = ModelState()
        state.adding, state.db = False, self.db
        vars(instance).update(zip(self.names, row[self.first : self.end], strict=True), _state=state)
        for maker, here, there in self.related:
            other = maker.found(row)
            here(instance, other)
            if other is not None:
                there(other, instance)
        return instance

    def found(self, row: Sequence[Any]) -> Any:
        """What another is related to; one for all who are, None for who is to nothing."""
        key = row[self.key]
        if key is None:
            return None
        if key not in self.known:
            self.known[key] = self.made(row)
        return self.known[key]
