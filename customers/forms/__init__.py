"""What people type in, checked; the rules themselves stand in the domain."""

from customers.forms.imports import MappingForm, UploadForm
from customers.forms.interactions import InteractionForm
from customers.identity.forms import CustomerForm

__all__ = ["CustomerForm", "InteractionForm", "MappingForm", "UploadForm"]
