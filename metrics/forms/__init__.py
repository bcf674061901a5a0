"""What people type: validated here, written by `metrics.domain`."""

from metrics.goals.forms import BaselineForm, SeriesForm, TargetForm
from metrics.goals.register_forms import OtherChangeForm, RolloutForm
from metrics.programme.forms import BenefitForm, CostForm

__all__ = [
    "BaselineForm",
    "BenefitForm",
    "CostForm",
    "OtherChangeForm",
    "RolloutForm",
    "SeriesForm",
    "TargetForm",
]
