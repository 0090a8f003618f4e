"""How the site starts, whoever starts it: not at all where settings are wrong."""

import sys

HELP_COMMANDS = ("help", "version")
HELP_OPTIONS = frozenset(("--help", "-h", "--version"))


def stop_where_settings_are_wrong() -> None:
    """Says so on stderr, a line for each setting, and ends the process."""
    from f1site.checks import wrong_settings

    if wrong := wrong_settings():
        sys.stderr.write("".join(f"{line}\n" for line in wrong))
        sys.exit(1)


def asks_for_help(arguments: list[str]) -> bool:
    """Of a command line, whose command is then not carried out: that needs no settings."""
    return len(arguments) < 2 or arguments[1] in HELP_COMMANDS or not HELP_OPTIONS.isdisjoint(arguments)
