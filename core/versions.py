"""The versions of the API: which there are, until when, and what their answers say about it.

Rules only: a table and an address go in, header values come out. `core.version_urls` has the URL patterns and
`core.middleware.api_versions` puts the headers on answers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote

API_ROOT = "/api/"
NAME = re.compile(r"v(0|[1-9][0-9]*)")
NAME_IN_PATH = r"v[0-9]+"
"""Whatever looks like a version: nothing else below the root may be called so."""

ADDRESS = re.compile(rf"/api(?:/(?P<version>{NAME_IN_PATH})(?=/|\Z))?(?:/(?P<rest>.*))?", re.DOTALL)


@dataclass(frozen=True)
class ApiVersion:
    """One version. A date may lie in the future: it is announced from the moment it stands in the table.

    `name`: `v1`, `v2` ...
    `urlconf`: the module with its URL patterns; None once its code is gone, while its addresses still answer 410.
    `resources`: what there is directly below its address, for its index; each answers at `<name>/`.
    `deprecated_at`, `sunset_at`: aware. From the sunset on the version answers 410.
    """

    name: str
    urlconf: str | None
    resources: tuple[str, ...] = ()
    deprecated_at: datetime | None = None
    sunset_at: datetime | None = None

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"API version {self.name!r}: a name is v and a number, like v1")
        for field in ("deprecated_at", "sunset_at"):
            moment = getattr(self, field)
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"API version {self.name}: {field} needs a time zone")
        if self.sunset_at is not None and self.deprecated_at is None:
            raise ValueError(f"API version {self.name}: it has a sunset, so it needs deprecated_at")
        if self.sunset_at and self.deprecated_at and self.sunset_at < self.deprecated_at:
            raise ValueError(f"API version {self.name}: its sunset is before its deprecation")
        if self.urlconf is None and self.sunset_at is None:
            raise ValueError(f"API version {self.name}: it has no urlconf, so it needs sunset_at")

    @property
    def number(self) -> int:
        return int(self.name[1:])

    @property
    def root(self) -> str:
        return f"{API_ROOT}{self.name}/"

    def is_gone(self, now: datetime) -> bool:
        return self.urlconf is None or (self.sunset_at is not None and self.sunset_at <= now)


@dataclass(frozen=True)
class Address:
    """An address of the API, taken apart: `rest` is what follows the version, without slashes at its ends.

    `version` is the one that answers, `is_versioned` whether the address names it.
    """

    version: ApiVersion
    rest: str
    is_versioned: bool

    def below(self, version: ApiVersion) -> str:
        """The same address in `version`, as a URL reference with its trailing slash.

        Without the query: it may be longer than the headers a proxy takes.
        """
        return f"{version.root}{quote(self.rest, safe='/:@+$,-_.!~*')}/" if self.rest else version.root


@dataclass(frozen=True)
class ApiVersions:
    """The table, oldest version first. The last one is the newest, which also answers where no version is named."""

    table: tuple[ApiVersion, ...]

    def __post_init__(self) -> None:
        if not self.table:
            raise ValueError("The API needs a version")
        numbers = [version.number for version in self.table]
        if numbers != sorted(set(numbers)):
            names = ", ".join(version.name for version in self.table)
            raise ValueError(f"API versions {names}: each stands once, the oldest first")
        if self.newest.deprecated_at is not None:
            raise ValueError(f"API version {self.newest.name}: the newest one cannot be deprecated")

    def __iter__(self) -> Iterator[ApiVersion]:
        return iter(self.table)

    @property
    def newest(self) -> ApiVersion:
        return self.table[-1]

    def served(self, now: datetime) -> list[ApiVersion]:
        return [version for version in self.table if not version.is_gone(now)]

    def locate(self, path: str) -> Address | None:
        """What `path`, decoded and with its leading slash, is in the API; None outside, or with an unknown version."""
        match = ADDRESS.fullmatch(path)
        if match is None:
            return None
        name, rest = match["version"], (match["rest"] or "").strip("/")
        if name is None:
            return Address(self.newest, rest, is_versioned=False)
        version = next((version for version in self.table if version.name == name), None)
        return None if version is None else Address(version, rest, is_versioned=True)

    def canonical_link(self, address: Address) -> str:
        """The `Link` (RFC 8288) from an address without a version to the one that has it (RFC 6596)."""
        return f'<{address.below(address.version)}>; rel="canonical"'

    def deprecation_headers(self, address: Address) -> dict[str, str]:
        """What every answer of a deprecated version carries: RFC 9745, RFC 8594, RFC 5829. Empty for the others."""
        version = address.version
        if version.deprecated_at is None:
            return {}
        headers = {
            "Deprecation": f"@{int(version.deprecated_at.timestamp())}",
            "Link": f'<{address.below(self.newest)}>; rel="successor-version"',
        }
        if version.sunset_at is not None:
            headers["Sunset"] = format_datetime(version.sunset_at.astimezone(UTC), usegmt=True)
        return headers
