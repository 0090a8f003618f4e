"""How the site starts, whoever starts it: not at all where settings are wrong."""

import importlib
import sys

NOT_SERVED_WITH = ("requests", "pygments", "yaml")
"""What REST framework imports where it is installed, for clients in tests and pages of its own: 8 MB together."""
HELP_COMMANDS = ("help", "version")
HELP_OPTIONS = frozenset(("--help", "-h", "--version"))


def stop_where_settings_are_wrong() -> None:
    """Says so on stderr, a line for each setting, and ends the process."""
    from f1site.checks import wrong_settings

    if wrong := wrong_settings():
        sys.stderr.write("".join(f"{line}\n" for line in wrong))
        sys.exit(1)


def import_rest_framework_alone() -> None:
    """Without `NOT_SERVED_WITH`, each of which another package may still import later, for its own ends."""
    hidden = [name for name in NOT_SERVED_WITH if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # importing it fails then
    try:
        importlib.import_module("rest_framework.compat")
    finally:
        for name in hidden:
            del sys.modules[name]


def asks_for_help(arguments: list[str]) -> bool:
    """Of a command line, whose command is then not carried out: that needs no settings."""
    return len(arguments) < 2 or arguments[1] in HELP_COMMANDS or not HELP_OPTIONS.isdisjoint(arguments)
