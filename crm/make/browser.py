"""A Chromium for the browser tests: find it, or install it where we may."""

import os
import shutil
import subprocess
from pathlib import Path

from crm.embedded.problems import Problem
from crm.make.setup import run_logged, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ["chromium", "fonts-wqy-microhei"]
COMMAND = f"apt-get install -y {' '.join(PACKAGES)}"


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
    if find() and has_chinese_font():
        return
    if os.geteuid() == 0 and shutil.which("apt-get") and Path("/etc/debian_version").exists():
        say(f"Installing a browser for the tests ({COMMAND})")
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        run_logged(["apt-get", "update"], env=env)
        if run_logged(["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES], env=env) is None:
            return
    if find():
        return
    advice = (
        f"The browser tests need Chromium. On Debian or Ubuntu: sudo {COMMAND}. Elsewhere set CHROMIUM=/path/to/it."
    )
    if os.environ.get("CI"):
        raise Problem(advice)
    say(advice)
