"""How clean customers' data is."""
