"""A Chromium for the browser tests: find it, or install it where we may."""

import os
import shutil
import subprocess
from pathlib import Path

from crm.embedded.problems import Problem
from crm.make.setup import run_logged, say

WITHOUT_WINDOWS = "chromium-headless-shell"  # draws none around each page, and takes half the processor time
NAMES = (WITHOUT_WINDOWS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONT = "fonts-wqy-microhei"
COMMAND = f"apt-get install -y chromium {FONT}"


def find() -> str | None:
    """The path of a Chromium or Chrome; `CHROMIUM` names another one."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip())


def provide() -> None:
    """Install Chromium as root on Debian; else say how. In CI its absence is an error: no test just vanishes."""
    if find() and has_chinese_font() and not (may_install() and has_quicker_one()):
        return
    if may_install():
        say("Installing a browser for the tests (apt-get)")
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        run_logged(["apt-get", "update"], env=env)
        package = WITHOUT_WINDOWS if is_package(WITHOUT_WINDOWS) else "chromium"
        if run_logged(["apt-get", "install", "-y", "--no-install-recommends", package, FONT], env=env) is None:
            return
    if find():
        return
    advice = (
        f"The browser tests need Chromium. On Debian or Ubuntu: sudo {COMMAND}. Elsewhere set CHROMIUM=/path/to/it."
    )
    if os.environ.get("CI"):
        raise Problem(advice)
    say(advice)


def may_install() -> bool:
    return os.geteuid() == 0 and bool(shutil.which("apt-get")) and Path("/etc/debian_version").exists()


def has_quicker_one() -> bool:
    """Whether the system has the quicker browser to install, and nobody has chosen another."""
    return not os.environ.get("CHROMIUM") and not shutil.which(WITHOUT_WINDOWS) and is_package(WITHOUT_WINDOWS)


def is_package(name: str) -> bool:
    return bool(subprocess.run(["apt-cache", "policy", name], capture_output=True, check=False).stdout.strip())
