"""Docs name what there is: folders, files, modules and what is in them, and every registry."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
APPS = ("accounts", "crm", "customers", "demo", "metrics", "service")
PACKAGES = rf"(?:{'|'.join(APPS)})"
PLACE = re.compile(rf"(?:{PACKAGES}|bench|docs|scripts|static|templates|tests)/[\w./-]*")
NAME = re.compile(rf"{PACKAGES}(?:\.\w+)+")
IMPORT = re.compile(rf"^from ({PACKAGES}[\w.]*) import ([\w, ]+)$", re.MULTILINE)
# Words of that shape that name something else: a check, a right, a model, files of the demo company.
NO_NAMES = {
    *(
        "crm.W001",
        "customers.W001",
        "accounts.share_savedview",
        "customers.export_customer",
        "customers.merge_customer",
        "accounts.SavedView",
        "accounts.csv",
    ),
    "customers.csv",
}
REGISTERS = re.compile(r"^def register(?:_\w+)?\(", re.MULTILINE)


def said(text: str) -> list[str]:
    """What stands in backticks, but for blocks of code."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def is_there(name: str) -> bool:
    """A module, or something in one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:length])
        if place.is_dir() or place.with_suffix(".py").exists():
            return length == len(parts) or hasattr(import_module(".".join(parts[:length])), parts[length])
    return False


def missing(text: str) -> Iterator[str]:
    for word in said(text):
        if PLACE.fullmatch(word) and not (ROOT / word).exists():
            yield word
        if NAME.fullmatch(word) and word not in NO_NAMES and not is_there(word):
            yield word
    for module, names in IMPORT.findall(text):
        yield from (f"{module}.{name}" for name in names.split(", ") if not is_there(f"{module}.{name}"))


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_named_is_there(path: Path) -> None:
    assert list(missing(path.read_text(encoding="utf-8"))) == []


def test_what_is_not_there_is_seen() -> None:
    text = "`customers/nowhere` `customers/tiers` `customers.registry.nothing` `metrics.engine.series` `crm.W001`"
    block = "\n```python\nfrom customers.registry.page import Panel, Panels\n# `metrics/nowhere`\n```"
    assert list(missing(text + block)) == [
        "customers/nowhere", "customers.registry.nothing", "customers.registry.page.Panels",
    ]  # fmt: skip


def test_every_question_of_the_map_leads_to_one_folder() -> None:
    text = ARCHITECTURE.partition("## Where is")[2].partition("\n## ")[0]
    answers = re.findall(r"^\| [^|`]*(?:`[^`|]*`[^|`]*)* \| `([^`]+)`", text, re.MULTILINE)
    assert len(answers) >= 10
    assert [place for place in answers if not (ROOT / place).exists()] == []


def test_every_registry_stands_in_the_architecture() -> None:
    modules = [path for app in APPS for path in (ROOT / app).rglob("*.py") if path.name != "registrations.py"]
    registries = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in modules
        if REGISTERS.search(path.read_text(encoding="utf-8"))
    }
    assert sorted(each for each in registries if f"`{each}`" not in ARCHITECTURE) == []
