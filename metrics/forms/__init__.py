"""What people type: validated here, written by `metrics.domain`."""

from metrics.forms.goals import BaselineForm, SeriesForm, TargetForm
from metrics.forms.programme import OtherChangeForm, RolloutForm
from metrics.forms.returns import BenefitForm, CostForm

__all__ = [
    "BaselineForm",
    "BenefitForm",
    "CostForm",
    "OtherChangeForm",
    "RolloutForm",
    "SeriesForm",
    "TargetForm",
]
