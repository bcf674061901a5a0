"""`match [--source NAME …] [--min-score S] [--auto-merge P] [--pairs-out FILE [--labelled FILE]]`: who stands twice."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from crm.common.commands import DONE, JsonCommand
from customers.identity.matching.judging import judge, read_pairs


class Command(JsonCommand):
    help = "Find customers that stand there more than once. Without --auto-merge nothing is merged."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--source", nargs="+", action="extend", default=[], metavar="NAME", help="pairs with a record of these"
        )
        parser.add_argument("--min-score", type=float, default=0.5, metavar="S", help="least probability (0.5)")
        parser.add_argument(
            "--auto-merge", type=float, metavar="P", help="merge those that are one with this probability"
        )
        parser.add_argument(
            "--changed", action="store_true", help="only what has changed since the last run, where that was kept"
        )
        parser.add_argument("--pairs-out", type=Path, metavar="FILE", help="a CSV file of the pairs")
        parser.add_argument(
            "--labelled", type=Path, metavar="FILE", help="with --pairs-out: pairs known to be one, to judge these by"
        )

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        from customers.identity.matching.proposing import match  # noqa: PLC0415 - heavy: splink

        labelled, pairs_out = options["labelled"], options["pairs_out"]
        if labelled and not pairs_out:
            raise CommandError(_("--labelled needs --pairs-out."))
        known = read_pairs(labelled) if labelled else None
        found = match(
            sources=options["source"],
            least=options["min_score"],
            merge_from=options["auto_merge"],
            pairs_out=pairs_out,
            only_changed=options["changed"],
        )
        judged = asdict(judge(found=read_pairs(pairs_out), known=known)) if known is not None else {}
        return DONE, asdict(found) | judged
