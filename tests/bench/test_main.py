import json
from typing import Any

import pytest

from bench import __main__ as bench


def test_what_was_measured_before_an_interruption_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(name: str) -> dict[str, Any]:
        if name == "pages":
            raise KeyboardInterrupt
        return {"p50_ms": 1}

    monkeypatch.setattr(bench, "measured", measured)
    result: dict[str, Any] = {}
    bench.measure(["retier", "pages", "imports"], into=result)
    assert result == {"retier": {"p50_ms": 1}, "pages": {"error": "interrupted"}}


def test_each_benchmark_is_a_module_that_measures() -> None:
    assert [name for name in bench.BENCHMARKS if not callable(bench.loaded(name).measure)] == []


def test_an_earlier_run_that_cannot_be_read_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "--compare", "/nowhere/run.json"])
    with pytest.raises(SystemExit) as ended:
        bench.main()
    assert ended.value.code == 2
    assert "/nowhere/run.json" in capsys.readouterr().err


def test_options_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    file = tmp_path / "run.json"
    file.write_text(json.dumps({"pages": {}}))
    monkeypatch.setattr("sys.argv", ["bench", "--scale", "demo", "--only", "lists", "http", "--compare", str(file)])
    asked = bench.arguments()
    assert (asked.scale, asked.only, asked.keep, asked.compare) == ("demo", ["lists", "http"], False, {"pages": {}})
