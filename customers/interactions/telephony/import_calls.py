"""`calls`: the queue log of Asterisk, line by line; `calls` beside it makes calls of the events."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from customers.importing.exports import Export, wanted_rows
from customers.importing.opening import lines
from customers.importing.registry import Column, Counts, Format, ImportSpec, Parse
from customers.importing.tabular import BrokenRow, Row
from customers.interactions.telephony.calls import make_stage, record_staged
from customers.interactions.telephony.queue_log import Refused, read_queue_log
from customers.models import ImportBatch


def read(stream: BinaryIO) -> Iterator[Row | BrokenRow]:
    for read_line in read_queue_log(lines(stream)):
        if isinstance(read_line, Refused):
            line, column, reason, raw = read_line
            yield BrokenRow(line, reason, column, {"line": raw})
        else:
            yield read_line.line, list(read_line[1:])


def as_read(_format: Format) -> Parse:
    """The reader has looked at it already."""
    return str


def apply(cursor: CursorWrapper, batch: ImportBatch) -> Counts:
    make_stage(cursor=cursor)
    cursor.execute("INSERT INTO staged_event SELECT epoch, callid, queue, agent, event, params, digest FROM imp_rows")
    recorded = record_staged(cursor=cursor, system=batch.system)
    return Counts(created=recorded.created, unchanged=recorded.unchanged)


def column(name: str, *, sql: str = "text", parser: Callable[[Format], Parse] = as_read) -> Column:
    return Column(name, parser, sql=sql)


SPEC = ImportSpec(
    kind="calls",
    label=_("telephone queue log"),
    columns=(
        column("epoch", sql="numeric"),
        column("callid"),
        column("queue"),
        column("agent"),
        column("event"),
        column("params"),
        column("digest", sql="uuid"),
    ),
    key="callid",
    grows=("customers_interaction",),
    lines=3,  # of an answered call at least: it enters, is answered, ends
    matches=True,
    read=read,
    apply=apply,
)

# The seconds had as many decimals in the log as make the line's digest; each is tried.
EXPORT = Export(
    kind="calls",
    is_own_format=True,
    select=f"""
    SELECT coalesce(
      (SELECT line.text FROM generate_series(0, 6) n, concat_ws('|', round(f.epoch, n), f.rest) line (text)
       WHERE md5(line.text)::uuid = f.digest LIMIT 1),
      concat_ws('|', trim_scale(f.epoch), f.rest))
    FROM (
      SELECT e.id, e.system_id, e.at, e.digest, extract(epoch FROM e.at) AS epoch,
             concat_ws('|', e.callid, e.queue, e.agent, e.event, nullif(array_to_string(e.params, '|'), '')) AS rest
      FROM customers_callevent e
    ) f
    WHERE {wanted_rows("f")} ORDER BY f.at, f.id
    """,  # noqa: S608 - constants of this code base
)
