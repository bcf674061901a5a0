"""The user the servers run as, and a home for them that this user can reach.

PostgreSQL refuses to run as root. Started by root, both servers run as an unprivileged user instead. Where that user
cannot reach the state directory (a checkout below /root, say), data and copies of the programs live in
/var/lib/baseline-crm/<digest>; nobody's permissions are changed.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from crm.embedded.problems import Problem

CANDIDATES = ("nobody", "postgres", "daemon", "www-data")
ELSEWHERE = (Path("/var/lib/baseline-crm"), Path("/var/tmp/baseline-crm"), Path("/tmp/baseline-crm"))  # noqa: S108  root's own, 0755


class Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """Who runs the servers; `uid` is None when it is simply the present user."""

    uid: int | None = None
    gid: int | None = None

    def run(
        self, command: list[str], *, cwd: Path, env: dict[str, str] | None = None, standard_input: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run `command` as this user in a session of its own, output captured and merged; any exit code will do.

        The output goes through a file: a server started by `command` keeps a pipe open for as long as it runs.
        """
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            done = subprocess.run(
                command,
                input=standard_input,
                stdout=output,
                stderr=output,
                text=True,
                check=False,
                cwd=cwd,
                env=env,
                start_new_session=True,
                **self.identity(),
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, output.read())

    def identity(self) -> Identity:
        """Arguments for `subprocess` to run as this user."""
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def reaches(self, path: Path) -> bool:
        """Whether this user may enter (or execute) `path`."""
        if self.uid is None:
            return True
        return self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)], cwd=Path("/")).returncode == 0

    def own_dir(self, path: Path) -> None:
        """Make `path` a directory only this user can read."""
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def own_file(self, path: Path, text: str) -> None:
        """Write `path` so that only this user can read it."""
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def server_account() -> Account:
    if os.geteuid() != 0:
        return Account()
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise Problem(
        "PostgreSQL does not run as root, and none of the users nobody, postgres, daemon, www-data exists here. "
        "Run as an ordinary user, or create one of them."
    )


def server_home(*, var: Path, account: Account) -> Path:
    """The directory for the servers' data: `var` itself, or one elsewhere when `account` cannot reach it."""
    var.mkdir(parents=True, exist_ok=True)
    if account.reaches(var):
        return var
    name = hashlib.sha256(str(var).encode()).hexdigest()[:16]
    for parent in ELSEWHERE:
        try:
            parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            (parent / name).mkdir(mode=0o755, exist_ok=True)
        except OSError:
            continue
        if parent.stat().st_uid == os.geteuid() and account.reaches(parent / name):
            return parent / name
    raise Problem(
        f"The user that runs PostgreSQL can reach neither {var} nor a directory below /var/lib. "
        "Put the state where it can with CRM_VAR=DIR."
    )


def reachable_copy(program_dir: Path, *, account: Account, home: Path, libraries: Path | None = None) -> Path:
    """`program_dir` as `account` can execute it: itself, or a copy below `home`.

    `libraries` is a directory the programs load from, addressed relative to them.
    """
    if account.reaches(program_dir):
        return program_dir
    stamp = hashlib.sha256(f"{program_dir}{program_dir.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    root = program_dir.parent if libraries is None else libraries.parent
    copy = home / "programs" / stamp
    if not (copy / "complete").exists():
        shutil.rmtree(copy, ignore_errors=True)
        top = program_dir.relative_to(root).parts[0]
        shutil.copytree(root / top, copy / top, symlinks=True)
        if libraries is not None:
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        (copy / "complete").touch()
    return copy / program_dir.relative_to(root)
