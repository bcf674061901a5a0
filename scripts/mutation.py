"""Mutation testing of one module: `.venv/bin/python -m scripts.mutation metrics/statistics/scores.py [TESTS …]`.

Every mutant is tried with the module's mirrored tests (or those named) in a fork (`scripts.mutants`), and what survives
that once more in a fresh process; survivors of both are listed with their change. It works on a copy of the checkout,
so that a run that is killed leaves no mutant behind. Prints one JSON object; the exit code is 1 when fewer than nine
in ten were killed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.mutants import TIMEOUT_S, Mutant

ROOT = Path(__file__).resolve().parent.parent
SHARED = (".venv", "node_modules", "staticfiles")
WANTED = 0.9


def main(module: str, *tests: str) -> int:
    with tempfile.TemporaryDirectory(prefix="mutation-") as place:
        copy = _copied(Path(place))
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *(tests or [mirrored(module)])]
        count, suspects = _tried(copy, module, command)
        survivors = [change for source, change in suspects if _passes(copy, module, source, command)]
    killed = count - len(survivors)
    found = {"module": module, "mutants": count, "killed": killed, "survivors": survivors}
    sys.stdout.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return 0 if count and killed >= WANTED * count else 1


def mirrored(module: str) -> str:
    """`metrics/goals/targets.py` → `tests/metrics/goals/test_targets.py`."""
    path = Path(module)
    return str(Path("tests") / path.parent / f"test_{path.name}")


def _copied(place: Path) -> Path:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if name not in SHARED and (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)
    _copy_compiled(place)
    for name in SHARED:
        (place / name).symlink_to(ROOT / name)
    return place


def _copy_compiled(place: Path) -> None:
    """What Python has made of the sources, which stays true of the copies: compiling takes longer than most tests."""
    for folder in [folder for folder in place.rglob("*") if folder.is_dir()]:
        compiled = ROOT / folder.relative_to(place) / "__pycache__"
        if compiled.is_dir():
            shutil.copytree(compiled, folder / "__pycache__")


def _tried(copy: Path, module: str, command: list[str]) -> tuple[int, list[Mutant]]:
    """How many mutants there are, and those that survived in a fork; the tests must pass without any."""
    told = copy / "survivors.json"
    environment = {**_environment(), "MUTATED": module, "SURVIVORS": str(told)}
    subprocess.run([*command, "-p", "scripts.mutants"], cwd=copy, env=environment, stdout=sys.stderr, check=False)
    if not told.exists():
        sys.exit("The tests must pass before anything is mutated.")
    found = json.loads(told.read_text(encoding="utf-8"))
    return found["mutants"], [Mutant(*each) for each in found["survivors"]]


def _passes(copy: Path, module: str, source: str, command: list[str]) -> bool:
    (copy / module).write_text(source, encoding="utf-8")
    try:
        done = subprocess.run(
            command, cwd=copy, env=_environment(), stdout=subprocess.DEVNULL, check=False, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _environment() -> dict[str, str]:
    """The copy's tests use this checkout's test services."""
    return {**os.environ, "CRM_VAR": os.environ.get("CRM_VAR") or str(ROOT / "var")}


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
