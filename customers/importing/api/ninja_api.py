"""The API as django-ninja serves it: the operations of each kind that is registered, and the document of them all.

Loaded with the first request that asks for it. Bodies are read by `bodies`, and what answers look like the document
takes from the columns (`schemas`): the kinds are not known before the applications have registered theirs.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import URLResolver, register_converter
from django.urls.converters import StringConverter
from django.urls.resolvers import RegexPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Query
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import HttpBearer

from crm.common import locks
from crm.common.errors import DomainError
from customers.importing.api import answers, counting, operations, schemas, scopes, tokens
from customers.importing.api.bodies import Fault, Refused
from customers.importing.registry import ImportSpec
from customers.models import ApiToken

TITLE: Final = "Baseline CRM"
ABOUT: Final = "Records of source systems, by source and external id. Fields are the columns of the imports."
PAGE: Final = 100
LARGEST_PAGE: Final = 500
PREFIX: Final = "/api/v1/"
REFUSED: Final = {
    400: "No JSON, or no cursor of a page before",
    401: "No token that is in use",
    403: "Not within the token's scope",
    404: "Not there",
    413: "Too large",
    415: "Not JSON in UTF-8",
    422: "What cannot be taken, by field",
    429: "Too many requests",
    503: "Others are at it",
}

View = Callable[..., HttpResponse]


class Bearer(HttpBearer):
    """Cookies are not looked at: whoever has none of our tokens is nobody."""

    def authenticate(self, _request: HttpRequest, token: str) -> ApiToken | None:
        found = tokens.find_token(token)
        if found is None:
            return None
        wait_s = counting.take(found.pk)
        if wait_s:
            raise Refused(
                429, _("Too many requests. Try again in %(wait)d s.") % {"wait": wait_s}, retry_after_s=wait_s
            )
        tokens.mark_used(token=found, now=timezone.now())
        return found


LONGEST_TEXT: Final = 200
"""Of a search."""


class Whole(StringConverter):
    """The rest of an address, whatever it holds: slashes, and lines too."""

    regex = r"[\s\S]+"


@cache
def the_api() -> NinjaAPI:
    register_converter(Whole, "whole")
    api = NinjaAPI(
        title=TITLE,
        version="1",
        description=ABOUT,
        auth=Bearer(),
        docs_url=None,
        openapi_url=None,
        urls_namespace="crm-api",
    )
    for spec in scopes.offered():
        _add_writing(api, spec)
        _add_reading(api, spec)
    api.exception_handler(Refused)(lambda _request, error: answers.refusal(error))
    api.exception_handler(AuthenticationError)(lambda _request, _error: answers.nobody())
    api.exception_handler(ValidationError)(lambda _request, error: _invalid(error))
    api.exception_handler(locks.Busy)(lambda _request, error: answers.busy(error))
    api.exception_handler(DomainError)(lambda _request, error: answers.refusal(Refused(error.status, str(error))))
    return api


@cache
def resolver() -> URLResolver:
    """Of what stands behind the prefix."""
    return URLResolver(RegexPattern(r"^"), the_api().urls[0])


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return dict(the_api().get_openapi_schema(path_prefix=PREFIX))


def _add_writing(api: NinjaAPI, spec: ImportSpec) -> None:
    kind = spec.kind

    def put(request: HttpRequest, source: str, external_id: str) -> HttpResponse:
        return operations.put_one(request, _token(request), spec, source, external_id)

    def batch(request: HttpRequest) -> HttpResponse:
        return operations.put_many(request, _token(request), spec)

    one = {**schemas.body(schemas.sent(spec)), **_said({200: schemas.RESULT, 201: schemas.RESULT, 202: schemas.RESULT})}
    add = api.put(
        _one(kind), operation_id=f"put_{kind}", summary="Create or update one", tags=[kind], openapi_extra=one
    )
    add(put)
    many = {**schemas.body(schemas.sent_many(spec)), **_said({200: schemas.RESULTS})}
    add = api.post(
        f"/{kind}/batch", operation_id=f"batch_{kind}", summary="Create or update up to 1,000", tags=[kind],
        openapi_extra=many,
    )  # fmt: skip
    add(batch)


def _add_reading(api: NinjaAPI, spec: ImportSpec) -> None:
    kind = spec.kind

    def page(
        request: HttpRequest,
        source: str = "",
        cursor: str = "",
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
        updated_since: datetime | None = None,
    ) -> HttpResponse:
        return operations.read_many(
            _token(request), spec, source=source, cursor=cursor, limit=limit, since=updated_since
        )

    def search(
        request: HttpRequest,
        source: str = "",
        cursor: str = "",
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
        updated_since: datetime | None = None,
        q: Annotated[str, Query(max_length=LONGEST_TEXT)] = "",
    ) -> HttpResponse:
        return operations.read_many(
            _token(request), spec, source=source, cursor=cursor, limit=limit, since=updated_since, text=q
        )

    def find(request: HttpRequest, source: str, external_id: str) -> HttpResponse:
        return operations.read_one(_token(request), spec, source, external_id)

    said = _said({200: schemas.page(spec)})
    api.get(f"/{kind}", operation_id=f"list_{kind}", summary="A page", tags=[kind], openapi_extra=said)(
        search if spec.finds else page
    )
    said = _said({200: schemas.given(spec)})
    api.get(_one(kind), operation_id=f"get_{kind}", summary="One of them", tags=[kind], openapi_extra=said)(find)


def _one(kind: str) -> str:
    return f"/{kind}/{{source}}/{{whole:external_id}}"


def _token(request: HttpRequest) -> ApiToken:
    token = request.auth  # type: ignore[attr-defined] # what `Bearer` found
    assert isinstance(token, ApiToken)
    return token


def _said(done: Mapping[int, schemas.Schema]) -> dict[str, Any]:
    of_done = {str(status): schemas.answer("Done", schema) for status, schema in done.items()}
    return {"responses": of_done | {str(n): schemas.answer(words, schemas.FAULTS) for n, words in REFUSED.items()}}


def _invalid(error: ValidationError) -> HttpResponse:
    refused = Refused(422, "")
    refused.faults = [Fault(str(one["loc"][-1]), str(one["msg"])) for one in error.errors]
    return answers.refusal(refused)
