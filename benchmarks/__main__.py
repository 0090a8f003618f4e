"""`make bench`: the measured figures beside their targets. Exits with 1 where a target is missed.

Figures of a busy machine say little; nothing of this is a test. `python -m benchmarks build` measures one part.
"""

import sys

from benchmarks import archive, building, catalogue, requests, serving, wire
from benchmarks.figures import Figure

PARTS = {
    "build": building.measure,
    "wire": wire.measure,
    "serving": serving.measure,
    "catalogue": catalogue.measure,
    "requests": requests.measure,
}
"""What is measured, by name."""
SUBJECTS = {"catalogue": catalogue.SUBJECT, "requests": requests.SUBJECT}


def main(wanted: list[str]) -> int:
    unknown = set(wanted) - PARTS.keys()
    if unknown:
        print(f"no such part: {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    reason = archive.why_no_archive()
    if reason:
        print(f"nothing is measured: {reason}")
        return 0
    missed = False
    for part in wanted or PARTS:
        print(f"{part}: {SUBJECTS.get(part, archive.SUBJECT)}", flush=True)
        figures: list[Figure] = PARTS[part]()
        for figure in figures:
            print(f"  {figure.line()}", flush=True)
        missed |= any(figure.verdict == "MISSED" for figure in figures)
    print("peer: what the best-known peer needs for the same race; quoted, not measured here")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
