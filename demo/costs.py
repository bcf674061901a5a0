"""What the demo company's CRM programme cost: a budget beside what was spent."""

from datetime import date
from pathlib import Path

from crm.common.days import add_months
from demo.files import DemoFile, Row, write_xlsx
from demo.plan import TEAMS, Timeline

# months from the first go-live, category, phase, planned, actual (None: still to come), note
ENTRIES = (
    (-6, "hardware", "preparation", 9_000, 8_450, "Server and headsets"),
    (-5, "licence", "preparation", 0, 0, "Open source: no licence fee"),
    (-5, "integration", "preparation", 18_000, 23_600, "Shop, finance and telephone system connected"),
    (-4, "customisation", "preparation", 12_000, 10_900, "Fields, tiers, surveys"),
    (-2, "deployment", "pilot", 8_000, 9_750, "Data cleaning and migration"),
    (-1, "training", "pilot", 6_000, 5_200, "Sales desk, two days"),
    (0, "training", "rollout", 5_000, 6_100, "After-sales, two days"),
    (1, "training", "rollout", 4_000, 4_300, "Asia desk, in Chinese"),
    (2, "deployment", "rollout", 3_000, 3_900, "Go-live support"),
)
RUNNING = (("administration_support", 2_400, 2_650, "Half an administrator"), ("hardware", 260, 260, "Hosting"))
PLANNED_MONTHS = 36


def write_costs(*, timeline: Timeline, folder: Path) -> DemoFile:
    """One-off entries around the first go-live, then the running months: planned for three years, actual up to now."""
    live = timeline.go_live(TEAMS[0])
    rows: list[Row] = [
        _row(number, add_months(live, months), timeline, *entry)
        for number, (months, *entry) in enumerate(ENTRIES, start=1)
    ]
    for month in range(PLANNED_MONTHS):
        for category, planned, actual, note in RUNNING:
            rows.append(
                _row(len(rows) + 1, add_months(live, month), timeline, category, "running", planned, actual, note)
            )
    headers = ("external_id", "date", "category", "phase", "planned", "actual", "currency", "note")
    return DemoFile("costs", "finance", write_xlsx(folder / "finance" / "crm-costs.xlsx", headers=headers, rows=rows))


def _row(number: int, day: date, timeline: Timeline, *entry: object) -> Row:
    category, phase, planned, actual, note = entry
    return (f"C{number:04}", f"{day}", category, phase, planned, actual if day <= timeline.last else "", "EUR", note)
