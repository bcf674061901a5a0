from crm.common.kinds import import_kinds
from customers.importing.column_words import COLUMN_WORDS, column_words
from customers.importing.registry import get_spec

OF_MACHINES = {"calls"}  # a queue log has no columns to map


def test_every_column_that_people_map_has_words() -> None:
    kinds = [kind for kind, _label in import_kinds() if kind not in OF_MACHINES]
    used = {column.name for kind in kinds for column in get_spec(kind).columns}
    assert used == set(COLUMN_WORDS)


def test_another_is_called_by_its_key() -> None:
    assert column_words("birth_date") == "Date of birth"
    assert column_words("epoch") == "epoch"
