"""Migrations whose like operations follow each other: Django builds its models once a row, not after each operation.

Building them is most of what migrating an empty database costs: each operation builds all that is related to its model,
and here most of all is related. The SQL is the same.
"""

from collections.abc import Sequence
from itertools import groupby

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

# None of a kind changes what another of the same kind finds in the state, whichever comes first.
KINDS = ((CreateModel,), (AddField,), (AddConstraint, AddIndex, AddTrigger))


class Row(Operation):
    """Operations of one kind, all told the state before the first and that after the last."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # the models, which Django builds when it is asked for them
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "\n-- ".join(operation.describe() for operation in self.operations)


class InRows(Migration):
    """For migrations that make much at once: `class Migration(InRows)`."""

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        written = self.operations
        self.operations = in_rows(written)  # type: ignore[misc]  # each instance has its own
        try:
            return super().apply(project_state, schema_editor, collect_sql)
        finally:
            self.operations = written  # type: ignore[misc]


def in_rows(operations: Sequence[Operation]) -> list[Operation]:
    found: list[Operation] = []
    for kind, row in groupby(operations, key=_kind):
        like = list(row)
        found += like if kind is None else [Row(like)]
    return found


def _kind(operation: Operation) -> int | None:
    return next((number for number, kind in enumerate(KINDS) if isinstance(operation, kind)), None)
