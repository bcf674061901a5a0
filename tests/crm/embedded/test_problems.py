from pathlib import Path

import pytest

from crm.embedded import problems, record
from crm.embedded.problems import Problem


def test_a_full_disk_is_named() -> None:
    with pytest.raises(OSError, match="No space left") as met, Path("/dev/full").open("w") as file:
        file.write("x" * 10_000)
    assert "is full" in str(problems.from_os_error(met.value))


def test_state_of_another_user_is_explained() -> None:
    error = PermissionError(13, "Permission denied", "/srv/crm/var/services.json")
    assert str(problems.from_os_error(error)) == (
        "/srv/crm/var/services.json cannot be used by this user (Permission denied). If another user set this copy up, "
        "run as that user, or keep your own state with CRM_VAR=DIR."
    )


@pytest.mark.parametrize("text", ["", "http", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none(text: str) -> None:
    with pytest.raises(Problem, match="it must be a port number from 1 to 65535"):
        record.port_number(text, "PORT")
