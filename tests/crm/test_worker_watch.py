from crm.worker_watch import Hearing

JOBS = {"waiting": 3, "taken": 7, "free": 1}


def answers(*looks: tuple[float, dict[str, int]]) -> list[bool]:
    hearing = Hearing(patience_s=60)
    return [hearing.is_deaf(**JOBS | look, now=now) for now, look in looks]


def test_who_takes_none_of_what_waits_is_deaf_after_a_while() -> None:
    assert answers((0, {}), (10, {}), (69, {}), (70, {})) == [False, False, False, True]


def test_who_takes_one_now_and_then_is_not() -> None:
    assert answers((0, {}), (50, {}), (60, {"taken": 8}), (80, {"taken": 8}), (139, {"taken": 8})) == [False] * 5


def test_nor_is_who_has_nothing_to_take_or_no_child_free() -> None:
    assert answers((0, {}), (10, {}), (59, {"waiting": 0}), (80, {}), (139, {})) == [False] * 5
    assert answers((0, {}), (10, {}), (59, {"free": 0}), (80, {}), (139, {})) == [False] * 5
    assert answers(*[(moment, {"free": 0}) for moment in range(0, 600, 60)]) == [False] * 10
