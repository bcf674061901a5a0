"""The shared strings of a workbook: each text that its cells say stands there once and is named by its number."""

from array import array

from customers.importing.cell_text import unescaped


class SharedStrings:
    """Handler of their part. Kept as one run of bytes: two million short texts weigh a fifth of what `str` would."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q", [0])
        self._taking = False
        self._phonetic = False

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError(number)
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode("utf-8", "surrogatepass")

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "t":
            self._taking = not self._phonetic
        elif name == "rPh":  # how to pronounce it: no part of the text
            self._phonetic = True

    def end(self, name: str) -> None:
        if name == "t":
            self._taking = False
        elif name == "si":
            self._close()
        elif name == "rPh":
            self._phonetic = False

    def text(self, text: str) -> None:
        if self._taking:
            self._bytes += unescaped(text).encode("utf-8", "surrogatepass")

    def _close(self) -> None:
        self._ends.append(len(self._bytes))
