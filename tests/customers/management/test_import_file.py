import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from customers.models import ImportBatch

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, dict[str, object]]:
    out, code = StringIO(), 0
    try:
        call_command("import_file", *arguments, "--json", stdout=out, stderr=StringIO())
    except SystemExit as stop:
        code = int(str(stop.code))
    return code, json.loads(out.getvalue())


def test_exit_codes_and_json(tmp_path: Path, settings: LazySettings) -> None:
    settings.VAR_DIR = tmp_path / "var"
    file = tmp_path / "c.csv"
    file.write_text("external_id,name\n1,Ada\n")
    code, result = run("customers", str(file), "--source", "crm")
    assert (code, result) == (0, {
        "rows": 1, "created": 1, "updated": 0, "unchanged": 0, "parked": 0, "rejected": 0, "rejects_path": None,
        "batch": ImportBatch.objects.get().pk,
    })  # fmt: skip
    file.write_text("external_id,name\n1,Ada\n2,\n1,Ada L\n")
    code, result = run("customers", str(file), "--source", "crm")
    assert (code, result["updated"], result["rejected"]) == (1, 2, 1)
    assert Path(str(result["rejects_path"])).read_text("utf-8-sig") == (
        "line,column,reason,external_id,name\n3,name,is required,2,\n"
    )


def test_what_cannot_run_exits_with_2_and_says_why(tmp_path: Path) -> None:
    assert run("customers", str(tmp_path / "no.csv"), "--source", "crm") == (
        2, {"error": f"There is no file “{tmp_path / 'no.csv'}”."},
    )  # fmt: skip
    assert run("pets", "x", "--source", "crm")[0] == 2
