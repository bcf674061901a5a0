"""What people type: validated here, written by `metrics.domain`."""

from metrics.forms.returns import BenefitForm, CostForm
from metrics.goals.forms import BaselineForm, SeriesForm, TargetForm
from metrics.goals.register_forms import OtherChangeForm, RolloutForm

__all__ = [
    "BaselineForm",
    "BenefitForm",
    "CostForm",
    "OtherChangeForm",
    "RolloutForm",
    "SeriesForm",
    "TargetForm",
]
