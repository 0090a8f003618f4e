"""What an import changed, as the end of a command's line."""

from seasons.import_report import ImportReport


def import_told(report: ImportReport) -> str:
    """`; catalogue: added lap 927; kept (locked) lap 1`; empty where nothing changed, and no lock was why."""
    return f"; catalogue: {report}" if report or report.kept else ""
