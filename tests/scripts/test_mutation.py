import json
import sys
from types import ModuleType

import pytest

from scripts.mutants import mutants, take_in
from scripts.mutation import main, mirrored

SOURCE = "LEAST = 3\n\n\ndef enough(n: int) -> bool:\n    return n >= LEAST\n"


def test_a_mutant_is_the_whole_source_and_says_its_change() -> None:
    found = {mutant.change: mutant.source for mutant in mutants(SOURCE)}

    assert found["-    return n >= LEAST\n+    return n > LEAST"] == SOURCE.replace(">=", ">")
    assert found["-LEAST = 3\n+LEAST = 4"] == SOURCE.replace("3", "4")
    assert all(change.count("\n") == 1 for change in found)


def test_whoever_imported_a_name_gets_the_mutated_one(monkeypatch: pytest.MonkeyPatch) -> None:
    module, importing = ModuleType("counting"), ModuleType("importing")
    module.__file__ = "counting.py"
    take_in(module, SOURCE)
    monkeypatch.setitem(sys.modules, "counting", module)
    monkeypatch.setitem(sys.modules, "importing", importing)
    vars(importing).update(enough=vars(module)["enough"], LEAST="of its own")

    take_in(module, SOURCE.replace(">=", ">"))

    assert vars(importing)["enough"] is vars(module)["enough"]
    assert vars(importing)["enough"](3) is False
    assert vars(importing)["LEAST"] == "of its own"


def test_the_tests_of_a_module_mirror_its_path() -> None:
    assert mirrored("metrics/goals/targets.py") == "tests/metrics/goals/test_targets.py"


@pytest.mark.slow
@pytest.mark.parametrize(("tests", "killed", "outcome"), [((), 2, 0), (("tests/crm/common/test_escaping.py",), 0, 1)])
def test_each_mutant_is_tried_and_survivors_are_listed(
    tests: tuple[str, ...], killed: int, outcome: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main("crm/common/hooks.py", *tests) == outcome

    found = json.loads(capfd.readouterr().out)
    assert (found["module"], found["mutants"], found["killed"]) == ("crm/common/hooks.py", 2, killed)
    assert len(found["survivors"]) == 2 - killed


@pytest.mark.slow
def test_tests_that_fail_without_a_mutant_say_nothing_of_mutants() -> None:
    with pytest.raises(SystemExit, match="must pass before"):
        main("crm/common/hooks.py", "tests/there_is_none.py")
