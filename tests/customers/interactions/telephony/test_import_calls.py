import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm.common.days import today
from customers.importing.exporting import export_file
from customers.importing.tabular import BrokenRow
from customers.interactions.telephony.import_calls import read
from customers.models import Call, CallEvent, ImportBatch
from tests.customers.importing.files import counts, load
from tests.factories.importing import SourceSystemFactory
from tests.factories.telephony import CallEventFactory

ENTERED = b"1700000000|1.1|sales|NONE|ENTERQUEUE||030 1234567|1\n"
ANSWERED = b"1700000005.250000|1.1|sales|Ann|CONNECT|5|x|3\n"


def test_lines_are_rows_in_the_order_of_the_columns_and_those_that_are_none_break() -> None:
    assert list(read(io.BytesIO(b""))) == []
    row, bad, cut = read(io.BytesIO(b"1700000000|1.1|q|NONE|PAUSE||\n\n1700000001|1.1|q|NONE|SING\n17000"))
    assert row == (1, ["1700000000", "1.1", "q", "NONE", "PAUSE", "", "bc281d76b39ecd6a9d23347c78b9ba5e"])
    assert isinstance(bad, BrokenRow)
    assert isinstance(cut, BrokenRow)
    assert [(one.line, one.column, str(one), one.row) for one in (bad, cut)] == [
        (3, "event", "unknown event", {"line": "1700000001|1.1|q|NONE|SING"}),
        (4, "", "cut off; read again once complete", {"line": "17000"}),
    ]


def deliver(folder: Path, *lines: bytes, source: str = "pbx") -> ImportBatch:
    (folder / "queue_log").write_bytes(b"".join(lines))
    return load("calls", folder / "queue_log", source=source)


@pytest.mark.django_db
def test_a_log_that_has_grown_brings_what_is_new_and_the_call_is_what_both_tell(tmp_path: Path) -> None:
    assert counts(deliver(tmp_path)) == {}
    assert counts(deliver(tmp_path, ENTERED, ENTERED)) == {"rows": 2, "created": 1, "unchanged": 1}
    assert Call.objects.get().outcome == "open"
    assert counts(deliver(tmp_path, ENTERED, ANSWERED)) == {"rows": 2, "created": 1, "unchanged": 1}
    call = Call.objects.get()
    assert (call.system.key, call.outcome, call.waited_ms, CallEvent.objects.count()) == ("pbx", "answered", 5_000, 2)
    assert counts(deliver(tmp_path, ENTERED, source="old")) == {"rows": 1, "created": 1}
    assert Call.objects.count() == 2


@pytest.mark.django_db
def test_the_log_comes_out_by_time_as_it_stood_and_what_was_not_read_from_one_as_short_as_can_be(
    tmp_path: Path,
) -> None:
    deliver(tmp_path, ANSWERED, ENTERED)
    pbx = SourceSystemFactory.create(key="pbx")
    at = datetime.fromtimestamp(1_700_000_009.5, UTC)
    CallEventFactory.create(system=pbx, callid="2", at=at, event="ABANDON", params=["1", "1", "9"])
    CallEventFactory.create(system=pbx, callid="3", at=at, event="PAUSE", params=[])
    CallEventFactory.create()
    out = tmp_path / "out"
    assert export_file(kind="calls", path=out, as_of=today(), source="pbx") == 4
    assert out.read_bytes().splitlines(keepends=True) == [
        ENTERED, ANSWERED, b"1700000009.5|2|queue|NONE|ABANDON|1|1|9\n", b"1700000009.5|3|queue|NONE|PAUSE\n",
    ]  # fmt: skip
    assert export_file(kind="calls", path=out, as_of=today()) == 5
