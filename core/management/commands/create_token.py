"""Make an API token and print it, once."""

from argparse import RawDescriptionHelpFormatter
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from core.models import Token, TokenScope

HELP = """\
Make an API token and print it. It cannot be shown again: only its hash is stored.
A token of the scope `read` sees builds, one of the scope `build` also asks for them and cancels them.
Revoke it in the admin."""

EXAMPLE = """\
example:
  manage.py create_token "notebook of the analysts" --scope build --expires 2027-12-31"""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, **kwargs, epilog=EXAMPLE, formatter_class=RawDescriptionHelpFormatter
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="whose it is; at most 50 characters")
        parser.add_argument(
            "--scope", choices=TokenScope.values, default=TokenScope.READ.value, help="what it is for (default: read)"
        )
        parser.add_argument("--expires", metavar="DATE", help="its last day, or an instant, in UTC (default: never)")

    def handle(self, *args: Any, **options: Any) -> None:
        expires = None if options["expires"] is None else _last_moment(options["expires"])
        token = Token(name=options["name"].strip(), scope=options["scope"], expiry_date=expires)
        text = Token.objects.assign_key(token)
        try:
            token.full_clean()
        except ValidationError as error:
            said = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())
            raise CommandError(said) from None
        token.save()
        self.stderr.write("Keep it now: it cannot be shown again.")
        self.stdout.write(text)


def _last_moment(text: str) -> datetime:
    """Raises CommandError."""
    try:
        day = parse_date(text)
        moment = parse_datetime(text) if day is None else datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"--expires {text}: give a date like 2027-12-31, or an instant like 2027-12-31T18:00:00Z")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if moment <= timezone.now():
        raise CommandError(f"--expires {text}: that has passed")
    return moment
