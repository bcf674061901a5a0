import pytest

from bench import invented, match
from tests.factories.customers import CustomerFactory


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["people", "organizations"])
def test_who_stands_there_twice_is_found_and_what_it_costs_told(kind: str) -> None:
    found = invented.matched(kind, 1_000)
    assert found["records"] == 1_100
    assert found["recall"] >= 0.95
    assert found["precision"] >= 0.95
    assert found["seconds"] > 0
    assert found["peak_mb"] > 50


@pytest.mark.django_db
def test_the_whole_is_held_against_its_goals(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(_kind: str, _many: int) -> dict[str, float]:
        return {"records": 5, "seconds": 151.0, "peak_mb": 70}

    monkeypatch.setattr(match, "measured", measured)
    CustomerFactory.create_batch(10)
    whole = match.measure()
    assert (whole["records"], whole["seconds"], whole["peak_mb"], whole["within_goal"]) == (10, 302.0, 70, False)
