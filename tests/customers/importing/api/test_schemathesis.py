"""Whatever fits the document, or nearly does, gets an answer that the document knows: no 500, each refusal as JSON.

Whether a value goes in is the import's to say (a currency has a rate, a due day follows the issue): the document says
what may be sent, so that the checks which take it for the whole truth are left out.
"""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from schemathesis import Case
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode

from customers.importing.api import scopes
from tests.customers.importing.api.asking import Asking

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
EXAMPLES = 6
LEFT_OUT = ("positive_data_acceptance", "negative_data_rejection")
CALM = settings(
    derandomize=True, max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
)  # fmt: skip


def checks() -> list[object]:
    return [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The test's own, as Django's client has it: it is not closed behind each request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_is_sent_is_answered_as_the_document_says(mode: GenerationMode) -> None:
    shop = Asking()
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    found = [operation.ok() for operation in schema.get_all_operations()]
    assert len(found) == 4 * len(scopes.offered())
    for operation in found:

        @CALM
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: Case) -> None:
            if "source" in (case.path_parameters or {}):
                case.path_parameters["source"] = "shop"
            case.call_and_validate(headers={"Authorization": f"Bearer {shop.secret}"}, checks=checks())

        holds()
