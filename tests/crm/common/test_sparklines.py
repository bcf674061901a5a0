from crm.common.sparklines import layout


def test_values_are_scaled_into_the_box_oldest_left() -> None:
    line = layout([0, 5, 10])
    assert line.paths == ["3.0,29.0 60.0,16.0 117.0,3.0"]
    assert line.last == (117.0, 3.0)


def test_a_gap_breaks_the_line() -> None:
    assert layout([1, 2, None, 3, 4]).paths == ["3.0,29.0 31.5,20.3", "88.5,11.7 117.0,3.0"]


def test_the_baseline_takes_part_in_the_scale_and_go_live_stands_between_points() -> None:
    line = layout([5, 10, 10], go_live=1, baseline=0)
    assert (line.baseline_y, line.go_live_x) == (29.0, 31.5)


def test_no_values_draw_nothing() -> None:
    line = layout([None, None])
    assert (line.paths, line.last, layout([]).paths) == ([], None, [])


def test_equal_values_lie_in_the_middle() -> None:
    assert layout([7, 7]).paths == ["3.0,16.0 117.0,16.0"]
