"""Lines of structlog and of the standard library alike: JSON for machines, plain text for people."""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.test import RequestFactory
from django.urls import ResolverMatch

from crm.logs import WithoutSecrets, configure

Line = Callable[[logging.LogRecord], str]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def writing(*, as_json: bool) -> Line:
    (options,) = configure(as_json=as_json, level="INFO")["formatters"].values()
    return options.pop("()")(**options).format


def record(message: str, *, failed: bool = False, **extra: Any) -> logging.LogRecord:
    found = logging.LogRecord("some.module", logging.WARNING, "", 0, message, (), _fault() if failed else None)
    found.__dict__.update(extra)
    return found


def _fault() -> Any:
    try:
        return int("half")
    except ValueError:
        return sys.exc_info()


def test_for_machines_a_line_is_one_object_with_its_extras() -> None:
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        line = json.loads(writing(as_json=True)(record("Grüße", customer=5)))

    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "Grüße", "level": "warning", "logger": "some.module", "customer": 5, "request_id": "abc",
    }  # fmt: skip


def test_for_machines_a_fault_stays_on_its_line_and_letters_stay_letters() -> None:
    text = writing(as_json=True)(record("Grüße", failed=True))

    assert "Grüße" in text
    assert text.count("\n") == 0
    assert json.loads(text)["exception"].endswith("ValueError: invalid literal for int() with base 10: 'half'")


def test_for_people_a_fault_is_told_below_without_colours() -> None:
    text = writing(as_json=False)(record("Grüße", failed=True, customer=5))

    assert "\x1b" not in text
    first, *below = text.splitlines()
    assert all(part in first for part in ("[warning", "Grüße", "[some.module]", "customer=5"))
    assert below[-1] == "ValueError: invalid literal for int() with base 10: 'half'"


def test_the_level_is_that_of_everything_but_of_what_is_said_already() -> None:
    found = configure(as_json=True, level="DEBUG")
    levels = {name: options["level"] for name, options in found["loggers"].items()}

    assert found["root"] == {"handlers": ["stderr"], "level": "DEBUG"}
    assert levels == {
        "django": "DEBUG", "django.server": "DEBUG", "django.request": "ERROR", "celery.worker.strategy": "WARNING",
        "sqlglot": "WARNING",
    }  # fmt: skip
    assert [options["handlers"] for options in found["loggers"].values() if "handlers" in options] == [[], []]


def test_a_request_that_failed_is_named_without_its_secret_however_often_it_is_asked() -> None:
    request = RequestFactory().get("/calendar/s3cr3t.ics")
    request.resolver_match = ResolverMatch(print, (), {"token": "s3cr3t"})
    failed = logging.LogRecord("django.request", logging.ERROR, "", 0, "%s: %s", ("Error", request.path), None)
    failed.__dict__["request"] = request
    assert all(WithoutSecrets().filter(failed) for _time in range(2))
    assert (failed.getMessage(), failed.__dict__["request"]) == ("Error: /calendar/….ics", "GET /calendar/….ics")
