"""Under which rules the rollups that are read now were computed."""

from metrics.engine import known
from metrics.engine.definitions import Definition
from metrics.engine.rules import USUAL, Values
from metrics.engine.sources import FactSource
from metrics.models import RollupVersion


def definition_shown(source: FactSource) -> Definition:
    """What to read of the source: the version in force once it was whole, else the one that was whole last."""
    state = known.state()
    wanted = Definition(source, state.values)
    whole = sorted((each for each in state.versions_of(source.number) if each.whole_at), key=_age, reverse=True)
    if any(each.version == wanted.version for each in whole):
        return wanted
    found = (definition_of(source, each) for each in whole)
    return next((each for each in found if each is not None), wanted)


def _age(row: RollupVersion) -> tuple[bool, object]:
    return row.behind_since is None, row.whole_at


def definition_of(source: FactSource, row: RollupVersion) -> Definition | None:
    """None for a version of another revision: its sums are not those that are declared now."""
    found = Definition(source, {**USUAL, **row.rules})
    return found if found.version == row.version else None


def rules_shown(source: FactSource) -> Values:
    return definition_shown(source).rules
