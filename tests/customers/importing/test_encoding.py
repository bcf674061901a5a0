import codecs
from collections.abc import Iterable

import pytest

from customers.importing.encoding import UnknownEncoding, check_name, detect

WESTERN = "id;name\n1;Müller\n2;Café “Noël”, Zürich\n3;Señor Núñez – 5 €\n"
CHINESE = "编号,名称,地址\n1,上海贸易有限公司,上海市浦东新区世纪大道100号\n2,张三丰,北京市朝阳区建国路88号\n"


def in_blocks(data: bytes, size: int = 7) -> Iterable[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def detected(data: bytes) -> str:
    return detect(lambda: in_blocks(data, 8192))


@pytest.mark.parametrize(
    ("data", "codec"),
    [
        (b"", "utf-8"),
        (b"id,name\n1,Ada\n", "utf-8"),
        (WESTERN.encode(), "utf-8"),
        (CHINESE.encode(), "utf-8"),
        (codecs.BOM_UTF8 + CHINESE.encode(), "utf-8-sig"),
        (CHINESE.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + WESTERN.encode("utf-16-be"), "utf-16"),
        (WESTERN.encode("utf-16-le"), "utf-16-le"),
        (WESTERN.encode("utf-16-be"), "utf-16-be"),
        (CHINESE.encode("utf-32"), "utf-32"),
        (codecs.BOM_UTF32_BE + WESTERN.encode("utf-32-be"), "utf-32"),
        (WESTERN.encode("utf-32-le"), "utf-32-le"),
        (WESTERN.encode("utf-32-be"), "utf-32-be"),
        ("编号,name\n".encode("utf-32-le"), "utf-32-le"),
        (WESTERN.encode("cp1252"), "cp1252"),
        (CHINESE.encode("gb18030"), "gb18030"),
        ("name\n㐀\n𠮷野家有限公司上海\n".encode("gb18030"), "gb18030"),
    ],
)
def test_detects(data: bytes, codec: str) -> None:
    assert detected(data) == codec
    assert data.decode(codec) or not data


def test_blocks_may_cut_characters() -> None:
    assert detect(lambda: in_blocks(CHINESE.encode(), 1)) == "utf-8"
    assert detect(lambda: in_blocks((b"x" * 90 + b"\n") * 200 + CHINESE.encode("gb18030"), 8192)) == "gb18030"


@pytest.mark.parametrize(
    "data",
    [
        "Привет мир, Иванов Пётр Сергеевич\n".encode("cp1251"),
        "名前,住所\n田中商店,とうきょう\n".encode("shift_jis"),
        "客戶編號,名稱\n1,臺灣貿易股份有限公司\n".encode("big5"),
        bytes(range(128, 256)) * 4,
    ],
)
def test_refuses_what_it_cannot_prove(data: bytes) -> None:
    with pytest.raises(UnknownEncoding, match="UTF-8"):
        detected(data)


def test_damaged_utf8_is_not_taken_for_chinese() -> None:
    with pytest.raises(UnknownEncoding, match="looks like UTF-8 but is damaged"):
        detected(CHINESE.encode() * 50 + b"\xff\n")


@pytest.mark.parametrize("name", ["utf-16", "utf-32"])
def test_a_damaged_one_that_began_with_its_mark_is_named(name: str) -> None:
    with pytest.raises(UnknownEncoding, match=f"begins like {name.upper()} but is damaged"):
        detected(WESTERN.encode(name)[:-1])


@pytest.mark.parametrize(("name", "cut"), [("utf-8", 2), ("utf-16", 3), ("utf-32", 5), ("gb18030", 2)])
def test_a_beginning_may_end_within_a_character(name: str, cut: int) -> None:
    beginning = CHINESE.encode(name)[:-cut]
    assert detect(lambda: [beginning], whole=False) == name
    with pytest.raises(UnknownEncoding):
        detect(lambda: [beginning])


def test_an_encoding_can_be_named() -> None:
    assert check_name("big5") == "big5"
    for name in ("nonsense", "base64"):
        with pytest.raises(UnknownEncoding):
            check_name(name)
