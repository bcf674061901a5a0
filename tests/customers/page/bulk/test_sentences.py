import pytest

from crm.common.working import Progress
from customers.models import BulkJob
from customers.page.bulk.sentences import LOOK, in_words, progress, result


@pytest.mark.parametrize(
    ("job", "sentences"),
    [
        ({"state": "working", "done": 3, "changed": 3}, []),
        ({"state": "done", "done": 1, "changed": 1}, ["1 customer was changed."]),
        (
            {"state": "done", "done": 1_500, "changed": 1_490, "skipped": 3},
            ["1,490 customers were changed.", "7 stay as they were.", "3 are no longer there."],
        ),
        (
            {"state": "failed", "done": 4, "changed": 2, "skipped": 1},
            ["2 customers were changed.", "1 stays as it was.", "1 is no longer there."],
        ),
        ({"state": "done", "done": 2, "path": "x.csv"}, ["2 customers are in the file."]),
        (
            {"state": "done", "done": 9, "changed": 5, "overtaken": 1, "skipped": 2},
            [
                "5 customers were changed.",
                "1 stays as it was.",
                "1 was changed by somebody else meanwhile and stays as it is.",
                "2 are no longer there.",
            ],
        ),
        ({"state": "undone", "done": 2, "changed": 2}, ["2 customers are as before."]),
        (
            {"state": "undone", "done": 4, "changed": 4, "skipped": 3},
            ["1 customer is as before.", "3 were changed by somebody since and stay as they are."],
        ),
    ],
)
def test_what_came_of_it(job: dict[str, object], sentences: list[str]) -> None:
    assert result(BulkJob(action="assign_owner", **job)) == sentences


@pytest.mark.parametrize(
    ("job", "shown"),
    [
        ({"state": "queued", "total": 5}, (0, 5, "Waiting for a worker", True)),
        ({"state": "working", "total": 5, "done": 2}, (2, 5, "Working", True)),
        ({"state": "undoing", "total": 5, "changed": 3, "done": 1}, (1, 3, "Taking it back", True)),
        ({"state": "done", "total": 5, "done": 5}, (5, 5, "", False)),
    ],
)
def test_how_far_it_is(job: dict[str, object], shown: tuple[int, int, str, bool]) -> None:
    done, total, label, running = shown
    assert progress(BulkJob(**job)) == Progress(done=done, total=total, label=label, running=running)


def test_the_bell_says_what_and_what_came_of_it() -> None:
    data = {"action": "assign_owner", "state": "done", "done": 2, "changed": 1, "skipped": 1, "error": "", "path": ""}
    assert in_words(data) == "Assign: 1 customer was changed. 1 is no longer there."
    assert in_words(data | {"state": "failed", "error": "No."}) == "Assign: No."


def test_tasks_have_words_of_their_own() -> None:
    job = {"state": "done", "action": "task_done", "done": 2, "changed": 2}
    assert result(BulkJob(**job)) == ["2 tasks were changed."]
    assert result(BulkJob(**job | {"state": "undone", "skipped": 1}))[0] == "1 task is as before."


def test_every_state_has_a_look() -> None:
    assert set(LOOK) == set(BulkJob.State)
