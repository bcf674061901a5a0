"""Indexes are looked at before they are touched: what is broken or left over goes, what is others' stays."""

import pytest
from django.db import connection

from metrics.engine import installing_indexes
from metrics.engine.installing_indexes import Stored, install_indexes, stored_indexes
from metrics.engine.needs import SIGN, Index

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("things")]
BY_DAY = Index(name="thing_day", table="things", columns="(day)")
SIGNED = Stored(f"{SIGN} {BY_DAY.digest}", is_valid=True)


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def things(as_owner: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of their own, and a sign of their own, so that the product's indexes are others'."""
    monkeypatch.setattr(
        installing_indexes, "STORED", installing_indexes.STORED.replace(f"'{SIGN} %%'", f"'{SIGN} {BY_DAY.digest}%%'")
    )
    execute("CREATE TABLE things (id int, day date)")


def indexes() -> list[str]:
    return [each["name"] for each in _found()]


def _found() -> list[dict[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'things' ORDER BY 1")
        return [{"name": name, "sql": sql} for name, sql in cursor.fetchall()]


def test_what_is_missing_is_made_signed_and_then_stands() -> None:
    assert stored_indexes(["thing_day"]) == {}
    assert install_indexes([BY_DAY]) == ["thing_day"]
    assert stored_indexes(["thing_day"]) == {"thing_day": SIGNED}
    assert (install_indexes([BY_DAY]), indexes()) == ([], ["thing_day"])


def test_what_one_that_was_killed_had_begun_is_begun_anew() -> None:
    execute("CREATE INDEX thing_day_new ON things (id)")
    assert install_indexes([BY_DAY]) == ["thing_day"]
    assert [each["sql"].partition(" USING ")[2] for each in _found()] == ["btree (day)"]


def test_what_was_never_finished_is_built_again(monkeypatch: pytest.MonkeyPatch) -> None:
    install_indexes([BY_DAY])
    assert installing_indexes._stands(BY_DAY, SIGNED) is True
    assert installing_indexes._stands(BY_DAY, Stored(SIGNED.comment, is_valid=False)) is False
    assert installing_indexes._stands(BY_DAY, Stored("", is_valid=False)) is False
    assert installing_indexes._stands(BY_DAY, None) is False


def test_one_without_a_sign_that_is_the_same_gets_it_and_another_is_replaced() -> None:
    execute("CREATE INDEX thing_day ON things USING btree (day)")
    assert install_indexes([BY_DAY]) == []
    assert stored_indexes(["thing_day"]) == {"thing_day": SIGNED}
    execute("COMMENT ON INDEX thing_day IS NULL; ALTER TABLE things ALTER day TYPE timestamptz")
    assert install_indexes([BY_DAY]) == []
    execute("DROP INDEX thing_day; CREATE INDEX thing_day ON things (day DESC)")
    assert install_indexes([BY_DAY]) == ["thing_day"]


def test_one_that_nobody_declares_any_more_goes_and_those_of_others_stay() -> None:
    install_indexes([BY_DAY])
    execute("CREATE INDEX theirs ON things (id); COMMENT ON INDEX theirs IS 'no sign'")
    assert (install_indexes([]), indexes()) == (["thing_day"], ["theirs"])
    assert install_indexes([]) == []
