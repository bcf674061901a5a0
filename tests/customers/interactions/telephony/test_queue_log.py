import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.interactions.telephony.calls import QueueEvent
from customers.interactions.telephony.queue_log import Refused, read_queue_log

ENDS_IN = "missing: this event ends in holdtime, calltime and original position"


def events(*lines: bytes) -> list[QueueEvent | Refused]:
    return list(read_queue_log(lines))


def reasons(*lines: bytes) -> list[tuple[int, str, str]]:
    return [(row.line, row.column, row.reason) for row in events(*lines) if isinstance(row, Refused)]


def test_a_line_becomes_an_event() -> None:
    (event,) = events(b"1366720340|1366720340.303267|sales|SIP/8007|CONNECT|13|1366720350.1|4\n")
    assert isinstance(event, QueueEvent)
    assert event[:7] == (
        1,
        "1366720340",
        "1366720340.303267",
        "sales",
        "SIP/8007",
        "CONNECT",
        "13|1366720350.1|4",
    )


def test_byte_order_mark_carriage_returns_blank_lines_and_fractions_are_read() -> None:
    rows = events(b"\xef\xbb\xbf1366720340.25|NONE|NONE|NONE|QUEUESTART|\r\n", b"\r\n", "1|a|销售|x|DID|1\n".encode())
    assert [(row.line, row[1:7]) for row in rows if isinstance(row, QueueEvent)] == [
        (1, ("1366720340.25", "NONE", "NONE", "NONE", "QUEUESTART", "")),
        (3, ("1", "a", "销售", "x", "DID", "1")),
    ]


def test_the_same_line_has_the_same_digest_with_or_without_empty_columns_behind() -> None:
    first, second, other = events(b"1|a|q|NONE|ABANDON|1|1|9\n", b"1|a|q|NONE|ABANDON|1|1|9||\n", b"1|a|q|NONE|DID|1\n")
    assert isinstance(first, QueueEvent)
    assert isinstance(second, QueueEvent)
    assert isinstance(other, QueueEvent)
    assert first.digest == second.digest != other.digest


def test_the_last_line_without_its_end_is_not_taken() -> None:
    rows = events(b"1|a|q|NONE|ENTERQUEUE||030\n", b"2|a|q|NONE|ABANDON|1|1|1")
    assert [type(row) for row in rows] == [QueueEvent, Refused]
    assert rows[1] == Refused(2, "", "cut off; read again once complete", "2|a|q|NONE|ABANDON|1|1|1")


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (b"1|a|q|NONE\n", "", "fewer than five fields separated by |"),
        (b"yesterday|a|q|NONE|DID\n", "epoch", "not a time in seconds since 1970"),
        (b"9999999999|a|q|NONE|DID\n", "epoch", "not a time in seconds since 1970"),
        ("١٢٣|a|q|NONE|DID\n".encode(), "epoch", "not a time in seconds since 1970"),
        (b"1|a|q|NONE|HELLO\n", "event", "unknown event"),
        (b"1||q|NONE|DID\n", "callid", "empty or longer than 100 characters"),
        (b"1|a|" + b"q" * 101 + b"|NONE|DID\n", "queue", "longer than 100 characters"),
        (b"1|a|q|" + b"s" * 101 + b"|DID\n", "agent", "longer than 100 characters"),
        (b"1|a|q|NONE|DID|\0\n", "", "holds a NUL character"),
        (b"1|a|\xff|NONE|DID\n", "", "not UTF-8 text"),
        (b"1|a|q|SIP/1|CONNECT\n", "p1", "missing"),
        (b"1|a|q|SIP/1|CONNECT|soon|x\n", "p1", "not a number of seconds"),
        (b"1|a|q|SIP/1|CONNECT|-3|x\n", "p1", "not a number of seconds"),
        (b"1|a|q|SIP/1|COMPLETEAGENT|1|9999999999|1\n", "p2", "not a number of seconds"),
        (b"1|a|q|NONE|ABANDON|1|1\n", "p3", "missing"),
        (b"1|a|q|SIP/1|COMPLETEAGENT|1|2\n", "p3", ENDS_IN),
        (b"1|a|q|SIP/1|BLINDTRANSFER|9|int|3|long|1\n", "p4", "not a number of seconds"),
        (b"1|a|q|NONE|EXITWITHKEY|1|1|1|x\n", "p4", "not a number of seconds"),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_with_where_and_why(line: bytes, column: str, reason: str) -> None:
    assert reasons(b"1|ok|q|NONE|DID\n", line) == [(2, column, reason)]


def test_overflows_without_a_waiting_time_are_taken() -> None:
    assert reasons(b"1|a|q|NONE|EXITWITHTIMEOUT|1\n", b"1|a|q|NONE|EXITWITHKEY|1|2\n") == []


@given(st.lists(st.binary(max_size=60).map(lambda raw: raw.replace(b"\n", b"|") + b"\n"), max_size=20))
def test_no_line_stops_the_file(lines: list[bytes]) -> None:
    rows = list(read_queue_log([b"1|a|q|x|DID\n", *lines]))
    assert len(rows) == 1 + sum(bool(line.rstrip(b"\r\n")) for line in lines)
    assert all(float(row.epoch) < 4_102_444_800 for row in rows if isinstance(row, QueueEvent))
