"""What people type in, checked; the rules themselves stand in the domain."""

from customers.identity.forms import CustomerForm
from customers.importing.forms import MappingForm, UploadForm
from customers.interactions.forms import InteractionForm

__all__ = ["CustomerForm", "InteractionForm", "MappingForm", "UploadForm"]
