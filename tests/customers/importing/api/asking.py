"""A source system with a token, asking the API."""

import json
from typing import Any

from django.test import Client

from customers.importing.api import tokens
from customers.models import SourceSystem
from tests.conftest import NOON
from tests.factories.importing import SourceSystemFactory


class Asking:
    """Requests of one source's token."""

    def __init__(self, source: str = "shop", scope: str = "") -> None:
        self.system: SourceSystem = SourceSystemFactory.create(key=source)
        self.token, self.secret = tokens.make_token(system=self.system, scope=scope, now=NOON)
        self._client = Client()

    def put(self, kind: str, external_id: str, **fields: Any) -> tuple[int, Any]:
        return self.sent("put", f"{kind}/{self.system.key}/{external_id}", json.dumps(fields))

    def batch(self, kind: str, *items: Any) -> tuple[int, Any]:
        return self.sent("post", f"{kind}/batch", json.dumps({"items": items}))

    def get(self, place: str, **query: Any) -> tuple[int, Any]:
        return self._answer(self.answer(place, **query))

    def answer(self, place: str, **query: Any) -> Any:
        return self._client.get(f"/api/v1/{place}", query, headers=self._headers())

    def sent(
        self, method: str, place: str, body: str | bytes, content_type: str = "application/json", **environ: Any
    ) -> tuple[int, Any]:
        ask = getattr(self._client, method)
        return self._answer(
            ask(f"/api/v1/{place}", body, content_type=content_type, headers=self._headers(), **environ)
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def _answer(self, answer: Any) -> tuple[int, Any]:
        assert answer.headers["Content-Type"] == "application/json", answer
        return answer.status_code, json.loads(answer.content)
