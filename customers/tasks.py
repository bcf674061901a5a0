"""The jobs of all rooms, where the worker looks for them."""

from customers.importing.tasks import resume_imports, run_import
from customers.tiers.tasks import retier_everyone

__all__ = ["resume_imports", "retier_everyone", "run_import"]
