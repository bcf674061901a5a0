"""What people type in, checked; the rules themselves stand in the domain."""

from customers.forms.customers import CustomerForm
from customers.forms.imports import MappingForm, UploadForm
from customers.forms.interactions import InteractionForm

__all__ = ["CustomerForm", "InteractionForm", "MappingForm", "UploadForm"]
