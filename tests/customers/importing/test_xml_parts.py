import io
import zipfile

import pytest

from customers.importing import xml_parts
from customers.importing.opening import Unreadable
from customers.importing.xml_parts import check_beginning, damaged, read, stream

Events = list[tuple[object, ...]]


class Noting:
    """Notes what it is told, texts joined."""

    def __init__(self) -> None:
        self.events: Events = []

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        self.events.append(("start", name, attributes))

    def end(self, name: str, /) -> None:
        self.events.append(("end", name))

    def text(self, text: str, /) -> None:
        self.events.append(("text", text))


def archive(text: str | bytes, *, name: str = "xl/a.xml") -> tuple[zipfile.ZipFile, zipfile.ZipInfo]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr(name, text)
    opened = zipfile.ZipFile(packed)
    return opened, opened.getinfo(name)


def told(text: str | bytes) -> Events:
    handler = Noting()
    read(*archive(text), handler)
    return handler.events


def test_elements_come_one_by_one_without_their_prefix() -> None:
    assert told('<?xml version="1.0"?><x:a xmlns:x="u" x:n="1"><b>one &amp; 二</b><x:c/></x:a>') == [
        ("start", "a", {"xmlns:x": "u", "x:n": "1"}), ("start", "b", {}), ("text", "one & 二"), ("end", "b"),
        ("start", "c", {}), ("end", "c"), ("end", "a"),
    ]  # fmt: skip


def test_of_a_text_that_goes_over_blocks_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_parts, "_BLOCK", 7)
    pieces = told("<a>" + "十" * 30 + "</a>")[1:-1]
    assert len(pieces) > 1
    assert "".join(str(text) for _kind, text in pieces) == "十" * 30


def test_it_stops_after_each_block_and_tells_what_has_come_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_parts, "_BLOCK", 4)
    handler = Noting()
    seen = [len(handler.events) for _block in stream(*archive("<a/>    "), handler)]
    assert seen == [2, 2, 2]
    assert list(stream(*archive("<a>    </a>"), Noting())) == [None] * 4


@pytest.mark.parametrize(("depth", "fits"), [(64, True), (65, False)])
def test_elements_are_nested_as_deeply_as_a_workbook_needs(depth: int, fits: bool) -> None:
    text = "<a>" * depth + "</a>" * depth
    if fits:
        assert len(told(text)) == 2 * depth
    else:
        with pytest.raises(Unreadable, match=r"^The workbook's part xl/a.xml is nested too deeply\.$"):
            told(text)
    assert len(told("<r>" + "<a></a>" * 70 + "</r>")) == 142  # side by side there may be many


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<!DOCTYPE a><a/>", "The workbook's part xl/a.xml declares a DOCTYPE; that is refused."),
        ("<a>", "The workbook is damaged: no element found: line 1, column 3"),
        ("", "The workbook is damaged: no element found: line 1, column 0"),
        ("<a></b>", "The workbook is damaged: mismatched tag: line 1, column 5"),
        ("<a>&b;</a>", "The workbook is damaged: undefined entity: line 1, column 3"),
        (b"<a>\xff</a>", "The workbook is damaged: not well-formed (invalid token): line 1, column 3"),
        ('<?xml version="1.0" encoding="x"?><a/>', "The workbook is damaged: unknown encoding: x"),
    ],
)
def test_what_cannot_be_read_says_why(text: str | bytes, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        told(text)
    assert str(refused.value) == words


def test_an_endless_tag_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_parts, "_BLOCK", 10)
    monkeypatch.setattr(xml_parts, "_LONGEST_TAG", 120)  # from 2.6 on expat lets a tag wait until it has twice as much
    fits = f"<a b='{'1' * 25}'/>"
    assert len(told(f"<r>{fits * 3}</r>")) == 8
    with pytest.raises(Unreadable, match=r"^The workbook's part xl/a.xml has an endless tag\.$"):
        told(f"<a b='{'1' * 300}'/>")


def test_a_handler_that_cannot_use_a_value_finds_the_workbook_damaged() -> None:
    class Counting(Noting):
        def text(self, text: str, /) -> None:
            int(text)

    with pytest.raises(Unreadable, match="The workbook is damaged: invalid literal for int"):
        read(*archive("<a>x</a>"), Counting())
    assert str(damaged("no rows")) == "The workbook is damaged: no rows"


def test_an_archive_that_is_cut_is_damaged() -> None:
    opened, part = archive("<a>" + "".join(map(str, range(9_000))) + "</a>")
    part.compress_size //= 2
    with pytest.raises(Unreadable, match=r"^The workbook is damaged: "):
        read(opened, part, Noting())


def test_only_the_beginning_is_looked_at_for_a_doctype(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_parts, "_BLOCK", 8)
    check_beginning(*archive("<!-- so --><a></b> and what is no XML"))
    with pytest.raises(Unreadable, match="declares a DOCTYPE"):
        check_beginning(*archive(f"<!-- {'so ' * 9}--><!DOCTYPE a><a/>"))
    with pytest.raises(Unreadable, match="damaged"):
        check_beginning(*archive("no XML"))
