import pytest
from structlog.testing import capture_logs

from crm.common import hooks


def test_a_listener_that_fails_keeps_nothing_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def failing() -> None:
        raise ConnectionError("Redis is away")

    monkeypatch.setattr(hooks, "after_facts_changed", [failing, lambda: told.append("told")])

    with capture_logs() as lines:
        hooks.facts_changed()

    assert told == ["told"]
    assert [(line["log_level"], "failing" in line["listener"]) for line in lines] == [("error", True)]
