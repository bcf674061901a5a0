"""In which order tests run where several processes share them: what takes long first, so that at the end none is left
with it while the others idle.

pytest-xdist hands each process a stretch of the list, and who has done with it takes half of what is at the end of
another's. A file stays together. What starts the product keeps to the first process and what needs the live stack to
the others: each process that needs one makes its own.
"""

import os
from itertools import groupby

import pytest

Share = list[pytest.Item]
PRODUCT, LIVE, SLOW, LAST = range(4)


def put_in_order(items: list[pytest.Item]) -> None:
    items[:] = dealt(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def dealt(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    sizes = [(len(items) + at) // processes for at in range(processes)]  # as pytest-xdist cuts them
    files = [list(group) for _path, group in groupby(items, key=lambda item: item.path)]
    shares: list[Share] = [[] for _process in range(processes)]
    rest: Share = []
    for file in sorted(files, key=_comes_first):
        kind = _comes_first(file)
        if kind == LAST:
            rest += file
        else:
            among = {PRODUCT: shares[:1], LIVE: shares[1:] or shares, SLOW: shares}[kind]
            min(among, key=len).extend(file)
    found: list[pytest.Item] = []
    for share, size in zip(shares, sizes, strict=True):
        missing = max(0, size - len(share))
        found += share + rest[:missing]
        rest = rest[missing:]
    return found + rest


def _comes_first(file: Share) -> int:
    needs = {name for item in file for name in getattr(item, "fixturenames", ())}
    if {"run", "var"} <= needs:
        return PRODUCT
    if "live_stack" in needs:
        return LIVE
    return SLOW if any(item.get_closest_marker(name) for item in file for name in ("slow", "reliability")) else LAST
