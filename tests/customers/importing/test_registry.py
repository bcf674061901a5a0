import pytest

from customers.importing.registry import get_spec


def test_a_column_is_found_by_its_name() -> None:
    spec = get_spec("payments")
    assert spec.places("amount", "external_id") == (spec.names.index("amount"), 0)
    with pytest.raises(ValueError, match="amounts"):
        spec.places("amounts")
