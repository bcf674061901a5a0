"""The secret of a copy that runs for its own user only; production must bring its own."""

import os
import secrets
from pathlib import Path


def local_secret(var: Path) -> str:
    """The secret kept in `var`, made at the first call; processes that start together agree on one."""
    path = var / "secret_key"
    while True:
        try:
            found = path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            found = ""
        if found:
            return found
        draft = var / f"secret_key.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, path)  # fails when another process was first; then theirs is read
        except FileExistsError:
            if not path.stat().st_size:
                path.unlink(missing_ok=True)
        finally:
            draft.unlink()
