"""The versions of this site's API. `docs/versioning.md` says how to add, deprecate and end one."""

from core.versions import ApiVersion, ApiVersions

V1 = ApiVersion(
    "v1",
    urlconf="f1site.api_v1",
    resources=(
        "seasons",
        "events",
        "sessions",
        "circuits",
        "drivers",
        "teams",
        "entries",
        "results",
        "laps",
        "stints",
        "pit-stops",
        "weather",
        "track-status",
        "race-control",
        "session-status",
        "replays",
        "rooms",
        "builds",
        "tickets",
    ),
)

VERSIONS = ApiVersions((V1,))
