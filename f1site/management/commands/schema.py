from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from f1site import schema_document
from f1site.schema_document import BadDocument, Document

FILE = Path("docs") / "openapi.json"
SHOWN = 10


class Command(BaseCommand):
    help = (
        "Compares docs/openapi.json with what the code generates, or writes it unless that would break clients. "
        "Example: python manage.py schema --check"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        task = parser.add_mutually_exclusive_group(required=True)
        task.add_argument("--check", action="store_true", help="fail if the file is not what the code generates")
        task.add_argument("--write", action="store_true", help="write the file; fail if a change breaks clients")

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        file = settings.BASE_DIR / FILE
        try:
            generated, committed = schema_document.generate(), schema_document.read(file)
            broken = [] if committed is None else self.breaks(committed, generated)
            if check:
                self.check_file(committed, generated, broken)
            elif broken:
                raise CommandError(f"{FILE} is not written. {told(broken)}")
            else:
                schema_document.write(file, generated)
        except BadDocument as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{FILE} cannot be {'read' if check else 'written'}: {error.strerror}") from None
        state = "unchanged" if committed == generated else "written"
        self.stdout.write(f"{FILE}: {state}, {len(generated['paths'])} paths")

    def breaks(self, committed: Document, generated: Document) -> list[str]:
        try:
            return schema_document.breaks(committed, generated, settings.API_VERSIONS, timezone.now())
        except ValueError as error:
            raise BadDocument(f"{FILE} cannot be compared: {error}") from None

    def check_file(self, committed: Document | None, generated: Document, broken: Sequence[str]) -> None:
        if committed is None:
            raise CommandError(f"there is no {FILE}: run `make schema`, and commit it")
        if broken:
            raise CommandError(f"{FILE} is not what the code generates. {told(broken)}")
        if different := schema_document.differences(committed, generated):
            names = ", ".join(different[:SHOWN]) + (" and more" if len(different) > SHOWN else "")
            raise CommandError(f"{FILE} is not what the code generates: run `make schema`, and commit it ({names})")


def told(broken: Sequence[str]) -> str:
    lines = "".join(f"\n  {change}" for change in broken)
    return f"This breaks clients, and belongs in a new version (docs/versioning.md):{lines}"
