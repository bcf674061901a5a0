"""Tiers are not decided in the middle of an import's chunk, whose facts would keep the tiers of before."""

import pytest

from crm.common import locks
from customers.tiers.tiering import retier
from tests.database import another_connection
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_retier_waits_for_the_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    CustomerFactory.create()
    with another_connection() as chunk, monkeypatch.context() as patched:
        chunk.execute("SELECT pg_advisory_xact_lock(%s, %s)", locks.IMPORTS)
        patched.setattr(locks, "PATIENCE_S", 0.2)
        with pytest.raises(locks.Busy):
            retier()
    assert retier().customers == 1
