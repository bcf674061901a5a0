"""Migrating builds Django's models hundreds of times over, and each time it takes every field apart to make its like.

A field in a state is never changed: another takes its place. So each is taken apart once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ModelState, StateApps
from django.db.models import Field


@contextmanager
def fields_taken_apart_once() -> Iterator[None]:
    """For a command that does nothing beside it: meanwhile it holds for the whole process."""
    parts: dict[int, tuple[Field[Any, Any], tuple[Any, ...]]] = {}  # with the field, that no other gets its number
    render, clone = ModelState.render, Field.clone

    def clone_from_parts(self: Field[Any, Any]) -> Field[Any, Any]:
        if id(self) not in parts:
            parts[id(self)] = (self, self.deconstruct())
        _name, _path, args, kwargs = parts[id(self)][1]
        return self.__class__(*args, **kwargs)

    def render_from_parts(self: ModelState, apps: StateApps) -> Any:
        Field.clone = clone_from_parts  # type: ignore[method-assign,assignment]
        try:
            return render(self, apps)
        finally:
            Field.clone = clone  # type: ignore[method-assign]

    ModelState.render = render_from_parts  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        ModelState.render = render  # type: ignore[method-assign]
