"""What can be asked of each kind: to put one record, a batch of them, to read a page of them or one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.importing.api import bodies, reading, schemas, scopes, writing
from customers.importing.api.answers import json_answer
from customers.importing.api.bodies import Fault, Refused
from customers.importing.api.combining import Combiner
from customers.importing.api.items import Item
from customers.importing.registry import ImportSpec
from customers.models import ApiToken

STATUS: Final = {"created": 201, "updated": 200, "unchanged": 200, "parked": 202, "rejected": 422}
together: Final = Combiner[Item, writing.Result](most=schemas.MOST_ITEMS)


def put_one(request: HttpRequest, token: ApiToken, spec: ImportSpec, source: str, external_id: str) -> HttpResponse:
    _check(token, "write", spec, source)
    fields = bodies.read_json(request, largest=bodies.LARGEST_ITEM)
    if not isinstance(fields, dict):
        raise Refused(422, _("The body must be an object."))
    (result,) = _write(token, spec, [_item(token, external_id, fields)])
    answer: dict[str, Any] = {"source": token.system.key, **result.as_json()}
    return json_answer(answer, status=STATUS[result.result])


def put_many(request: HttpRequest, token: ApiToken, spec: ImportSpec) -> HttpResponse:
    """200 whatever became of the items: each has its own result."""
    _check(token, "write", spec)
    found = bodies.read_json(request, largest=bodies.LARGEST_BATCH)
    given = found.get("items") if isinstance(found, dict) else found
    if not isinstance(given, list) or not given:
        raise Refused(422, _("must be a list of objects, one at least"), "items")
    if len(given) > schemas.MOST_ITEMS:
        raise Refused(422, _("At most %(most)d items at a time.") % {"most": schemas.MOST_ITEMS}, "items")
    results = _write(token, spec, [_of_batch(token, spec, one) for one in given])
    counts = {word: sum(result.result == word for result in results) for word in STATUS}
    return json_answer({"results": [result.as_json() for result in results], **counts})


def read_many(
    token: ApiToken, spec: ImportSpec, *, source: str, cursor: str, limit: int, since: datetime | None, text: str = ""
) -> HttpResponse:
    """`text`: what is searched for; it finds one page, in an order of its own."""
    _check(token, "read", spec, source)
    if text:
        if cursor or since is not None:
            raise Refused(422, _("A search has no further pages, and finds whatever its age."), "q")
        found = reading.read_found(system=token.system, spec=spec, limit=limit, text=text)
        return json_answer({"items": found.items, "next": None})
    if since is not None and timezone.is_naive(since):
        since = timezone.make_aware(since)
    page = reading.read_page(system=token.system, spec=spec, limit=limit, cursor=cursor, since=since)
    return json_answer({"items": page.items, "next": page.next or None})


def read_one(token: ApiToken, spec: ImportSpec, source: str, external_id: str) -> HttpResponse:
    _check(token, "read", spec, source)
    found = reading.find_one(system=token.system, spec=spec, external_id=external_id)
    if found is not None:
        return json_answer(found)
    parked = reading.find_parked(system=token.system, spec=spec, external_id=external_id)
    if parked is None:
        raise Refused(404, _("There is no such record."), "external_id")
    waits = {"kind": parked.waits_for_kind, "id": parked.waits_for_id}
    raise Refused(404, _("It is parked, and waits for %(kind)s %(id)s.") % waits, "external_id")


def _check(token: ApiToken, verb: str, spec: ImportSpec, source: str = "") -> None:
    """Raises `Refused` (403) where the token may not."""
    if not scopes.allows(token.scope, verb, spec.kind):
        said = {"verb": verb, "kind": spec.kind, "scope": token.scope}
        raise Refused(403, _("The token may not %(verb)s %(kind)s; its scope is: %(scope)s.") % said, "Authorization")
    if source and source != token.system.key:
        raise Refused(403, _("The token is for “%(key)s”.") % {"key": token.system.key}, "source")


def _write(token: ApiToken, spec: ImportSpec, items: Sequence[Item]) -> Sequence[writing.Result]:
    return together.run((token.pk, spec.kind), items, partial(_written, token, spec))


def _written(token: ApiToken, spec: ImportSpec, items: Sequence[Item]) -> Sequence[writing.Result]:
    return writing.write(token=token, spec=spec, items=items)


def _of_batch(token: ApiToken, spec: ImportSpec, given: object) -> Item:
    if not isinstance(given, dict):
        return Item("", {}, [Fault("", _("must be an object"))])
    name = "external_id" if "external_id" in given else spec.key
    external_id = given.get(name)
    if not isinstance(external_id, str):
        return Item("", given, [Fault("external_id", _("must be a text") if name in given else _("is required"))])
    return _item(token, external_id, {key: value for key, value in given.items() if key != "external_id"})


def _item(token: ApiToken, external_id: str, fields: Mapping[str, Any]) -> Item:
    source = fields.get("source")
    if source is not None and source != token.system.key:
        return Item(
            external_id, fields, [Fault("source", _("The token is for “%(key)s”.") % {"key": token.system.key})]
        )
    return Item(external_id, fields)
