"""Workbooks as no program would write them: each part given as XML, or as blocks of it."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
)
LINKS = (
    "<Relationships>"
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    f'<Relationship Id="r3" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    "</Relationships>"
)
STRINGS = f'<sst xmlns="{MAIN}"><si><t>id</t></si></sst>'
STYLES = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/></cellXfs></styleSheet>'

Part = str | Iterable[str]


def sheet(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="str"><v>{text}</v></c>'


def write_book(
    path: Path, rows: str = "", *, parts: dict[str, Part] | None = None, packing: int = zipfile.ZIP_DEFLATED
) -> Path:
    """`rows`: what stands in the sheet's data; `parts` replace or add others by name."""
    all_parts: dict[str, Part] = {
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": LINKS,
        "xl/sharedStrings.xml": STRINGS,
        "xl/styles.xml": STYLES,
        "xl/worksheets/sheet1.xml": sheet(rows),
    }
    with zipfile.ZipFile(path, "w", packing, compresslevel=9) as archive:
        for name, part in (all_parts | (parts or {})).items():
            with archive.open(name, "w", force_zip64=True) as target:
                for block in [part] if isinstance(part, str) else part:
                    target.write(block.encode())
    return path


def slow_book(path: Path) -> Path:
    """Within all limits, and a minute's work before its first row."""
    rows = sheet("").replace("<sheetData>", "<a/>" * 20_000_000 + "<sheetData>")
    return write_book(path, parts={"xl/worksheets/sheet1.xml": rows}, packing=zipfile.ZIP_STORED)
