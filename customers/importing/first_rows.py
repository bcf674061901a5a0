"""A program of its own that reads the first rows of a file: whatever it meets, it can be ended, and grows no further
than it may. `customers.importing.previewing` asks it; question and answer are JSON on its standard input and output.

It knows no database and no secret, and starts in a fraction of what the product takes.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from customers.importing.rows import BrokenRow, Row
from customers.importing.tabular import open_table

LOOKED_THROUGH = 1_000
_LONGEST_SHOWN = 200
_SAMPLE_BYTES = 64 * 1024 * 1024  # what its encoding is guessed from; the import proves it over the whole file
_MEMORY_BYTES = 1024**3


def whole_rows(rows: Iterator[Row | BrokenRow], wanted: int) -> list[list[str]]:
    """The first rows that are none of the broken ones, if they are among the first thousand."""
    fine = (item[1] for item in islice(rows, LOOKED_THROUGH) if not isinstance(item, BrokenRow))
    return [[cell[:_LONGEST_SHOWN] for cell in row] for row in islice(fine, wanted)]


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    how = {name: asked[name] for name in ("codec", "delimiter", "sheet")}
    with open_table(Path(asked["path"]), **how, sample_bytes=_SAMPLE_BYTES) as table:
        rows = whole_rows(table.rows, asked["rows"])
        return {"headers": table.headers, "rows": rows, "encoding": table.encoding, "delimiter": table.delimiter}


def _hold_back(seconds: int) -> None:
    """Others go first on the processor; who started us may be gone before the time is over."""
    os.nice(10)
    for what, limit in ((resource.RLIMIT_AS, _MEMORY_BYTES), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):  # not every system has each
            resource.setrlimit(what, (limit, limit))


def main() -> None:
    asked = json.load(sys.stdin)
    _hold_back(asked["seconds"])
    settings.configure(
        INSTALLED_APPS=[],
        LOCALE_PATHS=asked["locale_paths"],
        CRM_IMPORT_MAX_BYTES=asked["largest"],
        LOGGING_CONFIG=None,
    )
    django.setup()
    with translation.override(asked["language"]):
        try:
            answer = _answer(asked)
        except DomainError as error:
            answer = {"problem": str(error)}
        except MemoryError:
            answer = {"problem": _("Reading the beginning of the file takes too much memory.")}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
