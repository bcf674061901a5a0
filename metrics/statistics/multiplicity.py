"""Looking at many KPIs finds something by luck; this takes the luck out."""

from collections.abc import Sequence

FALSE_DISCOVERY_RATE = 0.05


def adjusted_p_values(p_values: Sequence[float]) -> list[float]:
    """Step-up adjusted p-values in the order given (Y. Benjamini and Y. Hochberg, JRSS B 57, 1995).

    A comparison counts where its adjusted p is at most the false discovery rate.
    """
    count = len(p_values)
    adjusted, lowest = [1.0] * count, 1.0
    for rank, index in zip(range(count, 0, -1), sorted(range(count), key=lambda i: -p_values[i]), strict=True):
        lowest = min(lowest, p_values[index] * count / rank)
        adjusted[index] = lowest
    return adjusted
