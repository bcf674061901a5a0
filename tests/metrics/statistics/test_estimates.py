import subprocess
import sys
from math import isclose

from metrics.statistics.estimates import NORMAL, Quantile


def test_critical_values_of_the_tables() -> None:
    assert isclose(NORMAL.critical(), 1.959964, rel_tol=1e-6)
    assert isclose(Quantile(10).critical(), 2.228139, rel_tol=1e-6)


def test_p_values_of_the_tables() -> None:
    assert isclose(NORMAL.p_value(-1.959964), 0.05, rel_tol=1e-5)
    assert isclose(Quantile(10).p_value(2.228139), 0.05, rel_tol=1e-5)


def test_importing_the_statistics_loads_neither_numpy_nor_scipy() -> None:
    modules = "clustering, durations, estimates, finance, multiplicity, proportions, scores, trend"
    code = f"import sys; from metrics.statistics import {modules}; print({{'numpy', 'scipy'}} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"
