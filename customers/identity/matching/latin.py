"""Texts of any script in plain Latin letters, so that 张三, Zhang San and ZHANG SAN compare as one."""

import re
import unicodedata
from functools import lru_cache
from typing import Any, Final

HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_HAN_RUN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff]+")
_SIGNS: Final = re.compile("[^0-9a-z]+")


def words(text: str) -> list[str]:
    """Lower case, without accents and signs; each Chinese character a word, in pinyin.

    >>> words("Müller & Söhne GmbH")
    ['muller', 'sohne', 'gmbh']
    >>> words("張三")
    ['zhang', 'san']
    """
    if not text.isascii():
        text = _plain(text)
    return _SIGNS.sub(" ", text.lower().replace("'", "").replace(".", "")).split()


def simplified(text: str) -> str:
    """Full width as half, traditional Chinese as simplified."""
    text = unicodedata.normalize("NFKC", text)
    return str(_converter().convert(text)) if HAN.search(text) else text


def _plain(text: str) -> str:
    from anyascii import anyascii  # noqa: PLC0415 - heavy: anyascii

    text = unicodedata.normalize("NFKC", text.casefold())
    if HAN.search(text):
        text = _HAN_RUN.sub(lambda found: f" {_pinyin(found[0])} ", str(_converter().convert(text)))
    return str(anyascii(text))


@lru_cache(maxsize=30_000)
def _pinyin(characters: str) -> str:
    """As they are read beside each other: 厦门 is Xiamen."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - heavy: pypinyin

    return " ".join(lazy_pinyin(characters))


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC  # noqa: PLC0415 - heavy: opencc

    return OpenCC("t2s")
