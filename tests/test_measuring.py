from coverage import Coverage

from tests.measuring import HERE, is_measured


def test_what_is_measured_has_tests_beneath_its_name() -> None:
    measuring = Coverage(config_file=str(HERE.parent / "pyproject.toml"), data_file=None)
    measured = {path.name for path in HERE.iterdir() if path.is_dir() and is_measured(path.name, measuring)}
    assert measured == set(measuring.get_option("run:source") or ())
    assert not is_measured("e2e", measuring)
