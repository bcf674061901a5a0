import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ModelState, ProjectState, StateApps
from pgtrigger.compiler import Trigger, UpsertTriggerSql
from pgtrigger.migrations import AddTrigger

from crm.common.operation_rows import InRows

KEY = ("id", models.AutoField(primary_key=True))
NUMBER = models.Index(fields=["number"], name="book_number")
POSITIVE = models.CheckConstraint(condition=models.Q(number__gt=0), name="book_positive")
TRIGGER = UpsertTriggerSql(
    func="RETURN NEW;", hash="1", operation="INSERT", pgid="book_told", table="rows_book", when="BEFORE"
)
OPERATIONS = [
    migrations.CreateModel("Author", [KEY]),
    migrations.CreateModel("Book", [KEY, ("author", models.ForeignKey("rows.Author", models.CASCADE))]),
    migrations.CreateModel("Copy", [KEY, ("book", models.ForeignKey("rows.Book", models.CASCADE))]),
    migrations.AddField("Book", "number", models.IntegerField(default=1)),
    migrations.AddIndex("Book", NUMBER),
    migrations.AddConstraint("Book", POSITIVE),
    AddTrigger("book", Trigger(name="told", sql=TRIGGER)),
]


class OneByOne(migrations.Migration):
    operations = OPERATIONS


class Rows(InRows):
    operations = OPERATIONS


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name of each model that Django builds for a state."""
    found: list[str] = []
    render = ModelState.render

    def counted(self: ModelState, apps: StateApps) -> type[models.Model]:
        found.append(self.name)
        return render(self, apps)

    monkeypatch.setattr(ModelState, "render", counted)
    return found


def statements(migration: type[migrations.Migration]) -> tuple[list[str], ProjectState]:
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        state = migration("0001_initial", "rows").apply(ProjectState(), editor)
    return [line for line in editor.collected_sql if not line.startswith("--")], state


@pytest.mark.django_db
def test_the_same_statements_and_the_same_state_with_fewer_models_built(built: list[str]) -> None:
    wanted, state = statements(OneByOne)
    one_by_one = len(built)
    built.clear()
    found, in_the_end = statements(Rows)
    assert found == wanted
    assert in_the_end.models == state.models
    assert [len(wanted), sorted(set(built))] == [12, ["Author", "Book", "Copy"]]
    assert (one_by_one, len(built)) == (18, 9)


def test_what_is_written_stays_as_it_is_for_other_readers() -> None:
    migration = Rows("0001_initial", "rows")
    assert migration.operations == OPERATIONS
