"""Rows for tests, a file a noun, with sensible defaults: `CustomerFactory(name="Acme", country="DE")`."""
