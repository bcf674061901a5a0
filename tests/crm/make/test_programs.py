import sys
from pathlib import Path

import pytest

from crm.make.programs import Child

TELL = "import os; print(os.environ['CRM_PROCESS'], os.environ['DATABASE_URL'], os.environ.get('DATABASE_OWNER_URL'))"


def test_a_program_that_serves_does_not_get_the_owner_s_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://crm@db/crm")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgres://crm_owner@db/crm")
    child = Child("worker", [sys.executable, "-c", TELL], tmp_path / "worker.log")
    child.start()
    assert child.process is not None
    assert child.process.wait() == 0
    assert child.last_words() == "worker postgres://crm@db/crm None"
