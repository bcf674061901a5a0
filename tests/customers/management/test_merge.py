import json
from io import StringIO

import pytest
from django.core.management import call_command

from tests.customers.identity.merging.world import rich

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, dict[str, object], str]:
    """→ exit code, what was printed, and what was said beside it."""
    out, err = StringIO(), StringIO()
    try:
        call_command(*arguments, "--json", stdout=out, stderr=err)
        code = 0
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    return code, json.loads(out.getvalue()), err.getvalue().strip()


def test_merge_and_unmerge() -> None:
    ada, bob = rich("Ada"), rich("Bob")
    record = bob.source_records.get()
    code, printed, _said = run("merge", str(ada.pk), f"{record.system.key}/Bob")
    moved = printed["moved"]
    assert isinstance(moved, dict)
    assert (code, moved["orders"], moved["interactions"], moved["source_records"]) == (0, 1, 3, 1)
    assert run("unmerge", str(printed["merge"])) == (0, {"undone": printed["merge"], "returned": moved}, "")
    undone_before = "This merge was undone before."
    assert run("unmerge", str(printed["merge"])) == (
        1, {"undone": printed["merge"], "returned": {}, "error": undone_before}, undone_before,
    )  # fmt: skip


def test_refusals_name_what_is_wrong() -> None:
    ada, bob, eva = rich("Ada"), rich("Bob"), rich("Eva", kind="person")
    key = bob.source_records.get().system.key
    for survivor, absorbed, said in (
        (str(ada.pk), str(ada.pk), "A customer cannot be merged with itself."),
        (str(ada.pk), "shop/none", "There is no customer “shop/none”."),
        (str(ada.pk), "9" * 30, f"There is no customer “{'9' * 30}”."),
        ("", str(ada.pk), "There is no customer “”."),
        (str(ada.pk), str(eva.pk), "An organization and a person cannot be merged."),
    ):
        assert run("merge", survivor, absorbed) == (2, {"error": said}, said)
    assert run("merge", str(ada.pk), str(bob.pk))[0] == 0
    said = f"Customer {bob.pk} has become one with Ada ({ada.pk}) already."
    assert run("merge", str(ada.pk), str(bob.pk)) == (2, {"error": said}, said)
    said = "A customer cannot be merged with itself."
    assert run("merge", str(ada.pk), f"{key}/Bob") == (2, {"error": said}, said)
    assert run("unmerge", "999999999") == (2, {"error": "There is no merge 999999999."}, "There is no merge 999999999.")
