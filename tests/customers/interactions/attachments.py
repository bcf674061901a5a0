"""Small files of every kind, as programs begin and end them."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile


def zipped(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return target.getvalue()


ROOM = bytes(40)
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
PDF = b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\nendobj\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + ROOM
EXE = b"MZ\x90\0" + bytes(60) + b"PE\0\0"
GOOD: dict[str, bytes] = {
    "a.pdf": PDF,
    "a.txt": b"Hello\n",
    "a.md": "# 你好".encode(),
    "a.csv": "名,b\r\n".encode("gb18030"),
    "wide.txt": "\ufeffHello".encode("utf-16-le"),
    "a.rtf": b"{\\rtf1\\ansi hello}",
    "a.doc": OLE,
    "a.xls": OLE,
    "a.ppt": OLE,
    "a.msg": OLE,
    "a.docx": zipped("[Content_Types].xml", "word/document.xml"),
    "a.xlsx": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "a.pptx": zipped("[Content_Types].xml", "ppt/presentation.xml"),
    "a.odt": zipped("mimetype", "content.xml"),
    "a.ods": zipped("mimetype", "content.xml"),
    "a.odp": zipped("mimetype", "content.xml"),
    "a.png": PNG,
    "A.JPG": b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01" + ROOM + b"\xff\xd9",
    "a.jpeg": b"\xff\xd8\xff\xe1\0\x10Exif\0\0" + ROOM + b"\xff\xd9",
    "a.gif": b"GIF89a\x01\0\x01\0" + ROOM,
    "a.webp": b"RIFF\x24\0\0\0WEBPVP8 " + ROOM,
    "a.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + ROOM,
    "a.tif": b"II*\0\x08\0\0\0" + ROOM,
    "a.bmp": b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0" + ROOM,
    "a.mp3": b"ID3\x03\0\0\0\0\0\0" + b"\xff\xfb\x90\0" * 10,
    "b.mp3": b"\xff\xfb\x90\0" * 20,
    "a.wav": b"RIFF\x24\0\0\0WAVEfmt " + ROOM,
    "a.ogg": b"OggS\0\x02" + ROOM,
    "a.opus": b"OggS\0\x02" + ROOM,
    "a.m4a": b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom" + ROOM,
    "a.flac": b"fLaC\0\0\0\x22" + ROOM,
    "a.eml": b"From: a@b.example\r\nSubject: x\r\n\r\nHello",
    "a.zip": zipped("a.txt"),
}


def uploaded(name: str = "contract.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)
