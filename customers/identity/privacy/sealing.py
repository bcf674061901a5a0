"""How texts name whoever is erased, kept encrypted for the steps that come when their rows say so no more."""

import json

from customers.identity.privacy.needles import Needles
from customers.importing.feeds import secrets


def sealed(needles: Needles) -> str:
    return secrets.sealed(json.dumps({"said": needles.said, "keys": needles.keys}))


def opened(kept: str) -> Needles | None:
    """None where nothing is kept, or the secret has changed since."""
    try:
        said = secrets.opened(kept)
    except secrets.Forgotten:
        return None
    return Needles(**json.loads(said)) if said else None
