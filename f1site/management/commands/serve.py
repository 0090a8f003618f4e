import signal
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.management import BaseCommand, CommandError, call_command
from django.db import DatabaseError, connection

from f1site.address import AddressError, listen, site_url
from f1site.demo import demo_path
from f1site.embedded_worker import EmbeddedWorker
from f1site.server import serve


class Command(BaseCommand):
    help = (
        "Serves the site on HOST and PORT until Ctrl-C. Example: "
        "python manage.py serve --demo, which is what `make run` does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="first migrate the database and build the demo race, where needed"
        )

    def handle(self, *_args: Any, demo: bool, **_options: Any) -> None:
        try:
            # First of all, and kept from here on: a second server learns at once that the port is taken.
            listener = listen(settings.HOST, settings.PORT)
        except AddressError as error:
            raise CommandError(str(error)) from None
        worker = EmbeddedWorker(self.say)
        # SQLite is on this machine alone, so that nobody else can be expected to run one.
        embedded = demo or connection.vendor == "sqlite"

        def when_ready() -> None:
            self.announce(url, demo=demo, embedded=embedded)
            if embedded:
                worker.start()  # last: the page is to be there first

        try:
            if demo:
                self.prepare_demo()
            url = site_url(*listener.getsockname()[:2]) + ((demo_path() if demo else None) or "/")
            try:
                serve(listener, when_ready=when_ready)
            finally:
                worker.stop()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def prepare_demo(self) -> None:
        try:
            call_command("migrate", verbosity=0)
        except DatabaseError as error:
            raise CommandError(f"the database does not work: {str(error).strip().splitlines()[0]}") from None
        if demo_path() is not None:
            return
        # In a process of its own: what builds imports pandas and FastF1, and what serves must not.
        built = subprocess.run([sys.executable, str(settings.BASE_DIR / "manage.py"), "load_demo"])
        if built.returncode in (-signal.SIGINT, 128 + signal.SIGINT):
            raise KeyboardInterrupt
        if built.returncode != 0 or demo_path() is None:
            raise CommandError("the demo race was not built: load_demo says why, above")

    def announce(self, url: str, *, demo: bool, embedded: bool) -> None:
        if not settings.REDIS_URL:
            self.say("No REDIS_URL: rooms live in this one process.")
        if not settings.DEBUG and not (settings.STATIC_ROOT / ManifestStaticFilesStorage.manifest_name).exists():
            self.say("The pages need their static files, which are not collected: python manage.py collectstatic")
        if settings.DEBUG and not embedded:
            self.say("Replays are built by workers: python manage.py worker runs one.")
        self.say(f"{'The demo race is playing at' if demo else 'Serving'} {url}  (Ctrl-C stops)")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
