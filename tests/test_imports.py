"""Imports stand at the top of a file; inside a function only for a reason of this list, named in the `noqa`."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from django.conf import settings

PACKAGES = ("accounts", "bench", "crm", "customers", "demo", "metrics", "scripts", "service", "tests")
# Loaded only where they are used: pages and workers start without them.
HEAVY = ("anyascii", "fpdf", "ninja", "numpy", "opencc", "openpyxl", "pypinyin", "pyxirr", "scipy", "splink")
REASONS = {"Django not ready", *(f"heavy: {name}" for name in HEAVY)}
SUPPRESSED = re.compile(r"#\s*noqa:[^#]*\bPLC0415\b(?P<rest>[^#\n]*)")
LOADED = "import sys, django; django.setup(); import crm.urls; print(*sys.modules)"


def suppressed() -> Iterator[tuple[str, str]]:
    """Place and reason of each import inside a function."""
    root = Path(settings.BASE_DIR)
    for path in sorted(
        [root / "manage.py", *(file for name in PACKAGES for file in root.joinpath(name).rglob("*.py"))]
    ):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if path != Path(__file__) and (found := SUPPRESSED.search(line)):
                yield f"{path.relative_to(root)}:{number}", found["rest"].strip(" ,-")


def test_an_import_inside_a_function_has_a_reason_of_the_list() -> None:
    found = dict(suppressed())

    assert {place: reason for place, reason in found.items() if reason not in REASONS} == {}
    assert set(found.values()) == REASONS


def test_the_web_server_starts_without_the_heavy_ones() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, cwd=settings.BASE_DIR
    )

    assert set(HEAVY) & set(answer.stdout.split()) == set()


def requirements() -> list[str]:
    """The direct ones of production: the first block of the file."""
    first, *_pinned = (Path(settings.BASE_DIR) / "requirements.txt").read_text(encoding="utf-8").split("\n\n")
    return [line.partition("==")[0].partition("[")[0] for line in first.splitlines() if not line.startswith("#")]


def test_every_package_that_is_installed_directly_is_used() -> None:
    root = Path(settings.BASE_DIR)
    files = [file for name in PACKAGES if name != "tests" for file in root.joinpath(name).rglob("*.py")]
    words = set(re.findall(r"\w+", " ".join(file.read_text(encoding="utf-8") for file in files)))
    modules: dict[str, set[str]] = {}
    for module, packages in packages_distributions().items():
        for package in packages:
            modules.setdefault(package.lower(), set()).add(module)
    assert len(requirements()) > 20
    assert [name for name in requirements() if not modules[name.lower()] & words] == []
