import pytest

from customers.interactions import sniffing
from customers.interactions.sniffing import KINDS, NotKept, SaysOtherwise, sniff
from tests.customers.interactions.attachments import EXE, GOOD, OLE, PDF, PNG, uploaded, zipped


@pytest.mark.parametrize("name", GOOD)
def test_what_is_what_it_says(name: str) -> None:
    file = uploaded(name, GOOD[name])
    assert sniff(file, name) == KINDS[name[name.index(".") :].lower()].content_type


def test_each_kind_is_among_them() -> None:
    tried = {name[name.index(".") :].lower() for name in GOOD}
    assert set(KINDS) - tried == {".heif", ".tiff"}  # other endings of the same


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.svg", "a.js", "a.docm", "a", ".pdf", "a.pdf.exe", "a.pdf ", ""])
def test_what_is_on_no_list(name: str) -> None:
    with pytest.raises(NotKept, match=r"Files of this kind are not kept\. Kept are: BMP, CSV, DOC, "):
        sniff(uploaded("a.pdf"), name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", EXE),
        ("a.pdf", b"hello"),
        ("a.png", PDF),
        ("a.txt", EXE),
        ("a.txt", PNG),
        ("a.txt", b"a\0b"),
        ("a.txt", b"a\x1b[31m"),
        ("a.txt", b"<!DOCTYPE html><html><script>1</script></html>"),
        ("a.csv", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
        ("a.docx", zipped("a.txt")),
        ("a.docx", zipped("xl/workbook.xml")),
        ("a.docx", zipped("word/document.xml", "word/vbaProject.bin")),
        ("a.docx", OLE),
        ("a.docx", zipped("word/document.xml")[:-30]),
        ("a.docx", b"PK\x03\x04" + bytes(20)),
        ("a.zip", PDF),
        ("a.doc", zipped("word/document.xml")),
    ],
)
def test_what_is_something_else(name: str, content: bytes) -> None:
    with pytest.raises(SaysOtherwise, match="By its content this is no "):
        sniff(uploaded(name, content), name)


def test_a_list_longer_than_sensible_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sniffing, "LONGEST_DIRECTORY", 50)
    with pytest.raises(SaysOtherwise):
        sniff(uploaded("a.docx", GOOD["a.docx"]), "a.docx")
