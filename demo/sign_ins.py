"""The demo company's sign-ins, said here once for seeding, `make run`, tests and the README."""

PASSWORD = "baseline-demo"  # noqa: S105  public on purpose; seeded only into an empty, local database
USERS = {
    "sales": "sales@demo.example",
    "service": "service@demo.example",
    "manager": "manager@demo.example",
    "administrator": "admin@demo.example",
}
