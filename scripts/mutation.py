"""Mutation testing of one module: `.venv/bin/python -m scripts.mutation metrics/statistics/scores.py [TESTS …]`.

Every mutant is tried with the module's mirrored tests (or those named); survivors are listed with their change. It
works on a copy of the checkout, so that a run that is killed leaves no mutant behind. Prints one JSON object; the exit
code is 1 when fewer than nine in ten were killed.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = (".venv", "node_modules", "staticfiles")
WANTED = 0.9
CONFIG = """
[cosmic-ray]
module-path = {module}
timeout = 120.0
excluded-modules = []
test-command = {command}
[cosmic-ray.distributor]
name = "local"
"""


def main(module: str, *tests: str) -> int:
    with tempfile.TemporaryDirectory(prefix="mutation-") as place:
        copy = _copied(Path(place))
        session = _prepared(copy, module, tests or (mirrored(module),))
        _cosmic_ray(copy, "exec", "mutation.toml", session)
        outcomes = [_outcome(line) for line in _cosmic_ray(copy, "dump", session).splitlines()]
    survivors = [diff for killed, diff in outcomes if not killed]
    killed = len(outcomes) - len(survivors)
    found = {"module": module, "mutants": len(outcomes), "killed": killed, "survivors": survivors}
    sys.stdout.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return 0 if outcomes and killed >= WANTED * len(outcomes) else 1


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


def _prepared(copy: Path, module: str, tests: tuple[str, ...]) -> str:
    """All mutants of the module in a session; first the tests must pass without any."""
    command = shlex.join([str(ROOT / ".venv/bin/python"), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests])
    subprocess.run(shlex.split(command), cwd=copy, env=_environment(), stdout=sys.stderr, check=True)
    config = CONFIG.format(module=json.dumps(module), command=json.dumps(command))
    (copy / "mutation.toml").write_text(config, encoding="utf-8")
    _cosmic_ray(copy, "init", "mutation.toml", "mutation.sqlite")
    return "mutation.sqlite"


def _cosmic_ray(copy: Path, *arguments: str) -> str:
    program = str(ROOT / ".venv/bin/cosmic-ray")
    done = subprocess.run([program, *arguments], cwd=copy, env=_environment(), stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def _environment() -> dict[str, str]:
    """The copy's tests use this checkout's test services."""
    return {**os.environ, "CRM_VAR": os.environ.get("CRM_VAR") or str(ROOT / "var")}


def _outcome(line: str) -> tuple[bool, str]:
    """Whether the mutant was killed, and its change as added and removed lines."""
    _item, result = json.loads(line)
    diff = [
        one for one in (result or {}).get("diff", "").splitlines() if one[:1] in "+-" and one[:3] not in {"+++", "---"}
    ]
    return (result or {}).get("test_outcome") == "killed", "\n".join(diff)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
