"""A source of facts under certain rules: what its rollups hold, and the version they carry."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from metrics.engine.rules import USUAL, Values
from metrics.engine.sources import PLACEHOLDER, FactSource

# The run's moment, as the clock job stored it: in the statement's own snapshot, so every cell is judged at one moment.
STORED = "(SELECT {moment} FROM metrics_clock WHERE key = '{key}')"


def fingerprint(*, revision: int, rules: Mapping[str, int], usual: Mapping[str, int]) -> int:
    """A definition's version: its revision, or a number of its own when a rule is set to something unusual."""
    if dict(rules) == dict(usual):
        return revision
    written = ",".join(f"{name}={rules[name]}" for name in sorted(rules))
    return revision * 1_000_000 + 1 + zlib.crc32(written.encode()) % 999_999


@dataclass(frozen=True)
class Definition:
    """`rules`: all there are. `moment`: judge at it; None: at the moment the clock has stored."""

    source: FactSource
    rules: Values
    moment: datetime | None = None

    @cached_property
    def version(self) -> int:
        return fingerprint(
            revision=self.source.revision,
            rules={name: self.rules[name] for name in self.source.rules},
            usual={name: USUAL[name] for name in self.source.rules},
        )

    @property
    def number(self) -> int:
        return self.source.number

    @property
    def table(self) -> str:
        return self.source.table

    @property
    def facts(self) -> str:
        """The rows `f`, and beside each what is made of it."""
        return f"{self.table} f {self.filled(self.source.beside)}".rstrip()

    @property
    def only(self) -> str:
        return self.filled(self.source.only)

    @cached_property
    def sums(self) -> list[str]:
        return [self.filled(each.sql) for each in self.source.components]

    def filled(self, sql: str) -> str:
        """SQL of the declaration with the values of the rules and the moment of the clock in it."""
        values: dict[str, object] = {**self.rules, **self._clock}
        return re.sub(PLACEHOLDER, lambda found: str(values[found[1]]), sql)

    @property
    def _clock(self) -> dict[str, str]:
        if self.moment is None:
            names = {"clock": "done_until", "clock_day": "crm_day(done_until)"}
            return {name: STORED.format(moment=moment, key=self.source.key) for name, moment in names.items()}
        moment = f"'{self.moment.isoformat()}'::timestamptz"
        return {"clock": moment, "clock_day": f"crm_day({moment})"}
