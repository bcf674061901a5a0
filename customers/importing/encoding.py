"""Which encoding a file is in: UTF-8, -16, -32, GB18030 or Windows-1252, proven over the whole file or refused.

UTF-8, -16 and -32 prove themselves. GB18030 and Windows-1252 accept each other's bytes, so they are told apart by
evidence: Chinese text is pairs of high bytes, mostly of the common first level of GB 2312; Western text is single
high bytes between ASCII letters. Where neither is clear the file is refused and the mapping can name the encoding.
"""

import codecs
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain as _chain

from django.utils.translation import gettext as _

from crm.common.errors import DomainError

_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_UTF8_CHARACTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}",
)
_EVIDENCE_BYTES = 4_000_000
_WESTERN_MARKS = frozenset(b"\x80\x82\x84\x85\x91\x92\x93\x94\x96\x97\x99\xa0\xa3\xa7\xa9\xab\xae\xb0\xb4\xb5\xb7\xbb")


class UnknownEncoding(DomainError):
    """The bytes are not text of an encoding we can be sure of."""


@dataclass
class _Evidence:
    """What the high bytes look like. All counts are bytes."""

    high: int = 0
    utf8: int = 0
    common_chinese: int = 0
    western: int = 0

    def add(self, run: bytes) -> None:
        self.high += len(run)
        self.utf8 += sum(len(found) for found in _UTF8_CHARACTER.findall(run))
        if len(run) % 2 == 0:
            self.common_chinese += sum(2 for lead in run[::2] if 0xB0 <= lead <= 0xD7 or 0xA1 <= lead <= 0xA3)
        if len(run) <= 2:
            self.western += sum(1 for byte in run if byte >= 0xC0 or byte in _WESTERN_MARKS)


def detect(read: Callable[[], Iterable[bytes]], *, whole: bool = True) -> str:
    """The codec to decode with, strictly; `UnknownEncoding` says what speaks against each.

    `read` opens the file again and gives its blocks: one pass proves UTF-8, a second weighs the others. Where it
    gives the beginning only (not `whole`) the last character may be cut.
    """
    first = next(iter(read()), b"")
    known = _by_mark(first) or _without_mark(first[:4096])
    if known:
        try:
            _prove(read(), known, whole=whole)
        except UnicodeDecodeError as error:
            raise UnknownEncoding(
                _("The file begins like %(encoding)s but is damaged at byte %(byte)s.")
                % {"encoding": known.removesuffix("-sig").upper(), "byte": _place(error)}
            ) from error
        return known
    try:
        _prove(read(), "utf-8", whole=whole)
    except UnicodeDecodeError as error:
        return _by_evidence(read(), _place(error), whole=whole)
    return "utf-8"


def _prove(blocks: Iterable[bytes], name: str, *, whole: bool) -> None:
    decoder = codecs.getincrementaldecoder(name)("strict")
    for block in blocks:
        decoder.decode(block)
    decoder.decode(b"", final=whole)


def _place(error: UnicodeDecodeError) -> str:
    return f"0x{error.object[error.start]:02x}"


def _by_mark(first: bytes) -> str:
    if first.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):  # the first begins like UTF-16's
        return "utf-32"
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return ""


def _without_mark(sample: bytes) -> str:
    """UTF-16 and UTF-32 of mostly Western text show in where its zeros stand."""
    if len(sample) < 2:
        return ""
    zeros = [sample[place::4].count(0) / max(len(sample) / 4, 1) for place in range(4)]
    if min(zeros[2:]) > 0.9 > 2 * zeros[0]:
        return "utf-32-le"
    if min(zeros[:2]) > 0.9 > 2 * zeros[3]:
        return "utf-32-be"
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) < len(sample) / 8 or min(even, odd) > max(even, odd) / 8:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _by_evidence(blocks: Iterable[bytes], utf8_fault: str, *, whole: bool) -> str:
    decoders = {name: codecs.getincrementaldecoder(name)("strict") for name in ("gb18030", "cp1252")}
    failed = {"utf-8": utf8_fault}
    evidence = _Evidence()
    for block in _chain(blocks, [b""]):
        if evidence.high < _EVIDENCE_BYTES:
            for run in _HIGH_RUN.findall(block):
                evidence.add(run)
        for name in decoders.keys() - failed.keys():
            try:
                decoders[name].decode(block, whole and not block)
            except UnicodeDecodeError as error:
                failed[name] = _place(error)
    return _decide(failed, evidence)


def _decide(failed: dict[str, str], evidence: _Evidence) -> str:
    if "utf-8" not in failed:
        return "utf-8"
    if evidence.utf8 > evidence.high / 2:
        raise UnknownEncoding(
            _("The file looks like UTF-8 but is damaged (byte %(byte)s). Save it again or name its encoding.")
            % {"byte": failed["utf-8"]},
        )
    chinese = "gb18030" not in failed and evidence.common_chinese >= 0.75 * evidence.high
    western = "cp1252" not in failed and evidence.western >= 0.85 * evidence.high
    if chinese != western:
        return "gb18030" if chinese else "cp1252"
    raise UnknownEncoding(_refusal(failed, both=chinese))


def _refusal(failed: dict[str, str], *, both: bool) -> str:
    names = {"utf-8": "UTF-8", "gb18030": "GB18030", "cp1252": "Windows-1252"}
    if both:
        return _("The file could be GB18030 or Windows-1252; name it in the mapping (“encoding”) or save it as UTF-8.")
    against = "; ".join(f"{names[name]}: {where}" for name, where in failed.items())
    return _(
        "The file is not clearly UTF-8, UTF-16, GB18030 or Windows-1252 (%(against)s). "
        "Name its encoding in the mapping (“encoding”) or save it as UTF-8."
    ) % {"against": against}


def check_name(name: str) -> str:
    """The codec a mapping names; raises `UnknownEncoding` when it is no text encoding."""
    try:
        "a".encode(name).decode(name)
    except (LookupError, UnicodeError):
        raise UnknownEncoding(_("“%(name)s” is no text encoding.") % {"name": name}) from None
    return name
