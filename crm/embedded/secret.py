"""The secret of a copy that runs for its own user only; production must bring its own."""

import os
import secrets
from pathlib import Path

from crm.embedded.problems import Problem

SHORTEST, FEWEST_CHARACTERS = 50, 5  # what Django's deployment check asks for


def secret_of(told: str, *, var: Path, production: bool) -> str:
    """The one that the environment tells, else that of this copy. Raises Problem in production where it is none."""
    if production:
        check_production_secret(told)
    return told or local_secret(var)


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


def check_production_secret(secret: str) -> None:
    """Sessions and password resets are worth no more than the secret they are signed with."""
    if not secret:
        raise Problem("SECRET_KEY must be set in production: 50 or more random characters, kept secret.")
    if len(secret) < SHORTEST or len(set(secret)) < FEWEST_CHARACTERS or secret.startswith("django-insecure-"):
        raise Problem(
            "SECRET_KEY can be guessed: production needs 50 or more random characters. This makes some: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
        )
