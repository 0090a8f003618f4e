#!/usr/bin/env python
import os
import signal
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "f1site.settings")
    from django.core.management import execute_from_command_line

    from f1site.startup import asks_for_help, import_rest_framework_alone, stop_where_settings_are_wrong

    try:
        if not asks_for_help(sys.argv):
            stop_where_settings_are_wrong()
            import_rest_framework_alone()
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
