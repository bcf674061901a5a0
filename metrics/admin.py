"""The metrics in the administration: what the engine keeps is read-only, the rest is written through the verbs."""

from metrics.engine import admin as engine
from metrics.goals import admin as goals
from metrics.kpis import admin as kpis
from metrics.programme import admin as programme
from metrics.verdicts import admin as verdicts

__all__ = ["engine", "goals", "kpis", "programme", "verdicts"]
