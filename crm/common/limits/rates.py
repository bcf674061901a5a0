"""How many uses in how long. Django's settings read these, so nothing here needs them."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.core.exceptions import ImproperlyConfigured

UNITS_S = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, kw_only=True)
class Rate:
    """At most `uses` within any `window`."""

    uses: int
    window: timedelta

    @classmethod
    def parse(cls, text: str) -> Self:
        """`"30/5m"`: thirty in any five minutes; s, m, h. Raises ImproperlyConfigured."""
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})?([smh])", text.strip())
        uses, amount = (int(found[1]), int(found[2] or 1)) if found else (0, 0)
        if not found or uses < 1 or amount < 1:
            raise ImproperlyConfigured(f"“{text}” is no rate such as 30/5m: how many, in how many s, m or h")
        return cls(uses=uses, window=timedelta(seconds=amount * UNITS_S[found[3]]))
