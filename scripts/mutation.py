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

from scripts.mutants import SURVIVED, TIMEOUT_S, mutants

ROOT = Path(__file__).resolve().parent.parent
SHARED = (".venv", "node_modules", "staticfiles")
WANTED = 0.9


def main(module: str, *tests: str) -> int:
    with tempfile.TemporaryDirectory(prefix="mutation-") as place:
        copy = _copied(Path(place))
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *(tests or [mirrored(module)])]
        tried = _tried(copy, module, command)
        source = (copy / module).read_text(encoding="utf-8")
        survivors = [
            mutant.change
            for mutant, outcome in zip(mutants(source), tried, strict=True)
            if outcome == SURVIVED and _passes(copy, module, mutant.source, command)
        ]
    killed = len(tried) - len(survivors)
    found = {"module": module, "mutants": len(tried), "killed": killed, "survivors": survivors}
    sys.stdout.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return 0 if tried and killed >= WANTED * len(tried) else 1


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
    for name in SHARED:
        (place / name).symlink_to(ROOT / name)
    return place


def _tried(copy: Path, module: str, command: list[str]) -> list[str]:
    """What came of each mutant in a fork; the tests must pass without any."""
    told = copy / "mutants.txt"
    environment = {**_environment(), "MUTATED": module, "MUTANTS_KILLED": str(told)}
    subprocess.run([*command, "-p", "scripts.mutants"], cwd=copy, env=environment, stdout=sys.stderr, check=False)
    if not told.exists():
        sys.exit("The tests must pass before anything is mutated.")
    return told.read_text(encoding="utf-8").split()


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
