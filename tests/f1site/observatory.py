"""The rules of the HTTP Observatory (Mozilla's, now MDN's) that one answer decides, and its grades.

After https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring. What only the proxy in front decides is
not here: its certificate, and the redirect from HTTP to HTTPS.
"""

import re
from http.cookies import SimpleCookie
from typing import Any

Headers = dict[str, str]

HALF_A_YEAR_S = 15_768_000
BONUSES_FROM = 90
PRIVATE_REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
UNSAFE_REFERRERS = {"origin", "origin-when-cross-origin", "unsafe-url"}
BROAD_SOURCES = {"*", "http:", "https:", "data:"}


def score(headers: Headers, cookies: list[str], page: str, asked_from: str) -> tuple[int, dict[str, int]]:
    """0 to 135, and what each rule gave or took. `headers` by small names, `asked_from` is the request's Origin."""
    modifiers = {
        "cookies": rate_cookies(cookies),
        "cors": rate_cors(headers, asked_from),
        "csp": rate_policy(directives(headers.get("content-security-policy", ""))),
        "hsts": rate_hsts(headers.get("strict-transport-security", "")),
        "referrer": rate_referrer(headers.get("referrer-policy", "")),
        "scripts": rate_scripts(page),
        "sniffing": 0 if headers.get("x-content-type-options") == "nosniff" else -5,
        "framing": rate_framing(headers),
        "resources": -20
        if headers.get("cross-origin-resource-policy", "same-site") not in ("same-origin", "same-site")
        else 0,
    }
    total = 100 + sum(modifier for modifier in modifiers.values() if modifier < 0)
    if total >= BONUSES_FROM:
        total += sum(modifier for modifier in modifiers.values() if modifier > 0)
    return max(total, 0), modifiers


def grade(points: int) -> str:
    grades = {100: "A+", 90: "A", 85: "A-", 80: "B+", 70: "B", 65: "B-", 60: "C+", 50: "C", 45: "C-", 40: "D+", 30: "D"}
    return next((name for least, name in grades.items() if points >= least), "F")


def rate_cookies(cookies: list[str]) -> int:
    ratings = [rate_cookie(morsel) for cookie in cookies for morsel in SimpleCookie(cookie).values()]
    return min(ratings, default=0)


def rate_cookie(morsel: Any) -> int:
    is_session = "session" in morsel.key
    if not morsel["secure"]:
        return -40 if is_session else -20
    if is_session and not morsel["httponly"]:
        return -30
    if morsel["samesite"].lower() in ("strict", "lax"):
        return 5
    return -20 if "csrf" in morsel.key else 0


def rate_cors(headers: Headers, asked_from: str) -> int:
    allowed = headers.get("access-control-allow-origin")
    return -50 if allowed == asked_from and "access-control-allow-credentials" in headers else 0


def directives(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {name.lower(): sources for name, *sources in parts}


def rate_policy(policy: dict[str, list[str]]) -> int:
    if not policy:
        return -25
    fallback = policy.get("default-src", ["*"])
    scripts, objects = policy.get("script-src", fallback), policy.get("object-src", fallback)
    styles = policy.get("style-src", fallback)
    is_nonced = any(source.startswith(("'nonce-", "'sha")) for source in scripts)
    if BROAD_SOURCES & {*scripts, *objects} or ("'unsafe-inline'" in scripts and not is_nonced):
        return -20
    if any("'unsafe-eval'" in sources for sources in policy.values()):
        return -10
    if any(source.startswith("http:") for sources in policy.values() for source in sources):
        return -20
    if {"'unsafe-inline'", *BROAD_SOURCES} & set(styles):
        return 0
    return 10 if fallback == ["'none'"] else 5


def rate_hsts(header: str) -> int:
    found = re.match(r"max-age=(\d+)", header)
    if not found:
        return -20
    return 0 if int(found[1]) >= HALF_A_YEAR_S else -10


def rate_referrer(header: str) -> int:
    return 5 if header in PRIVATE_REFERRERS else -5 if header in UNSAFE_REFERRERS else 0


def rate_scripts(page: str) -> int:
    """Scripts of other hosts would want a hash."""
    sources = re.findall(r"<script[^>]*\ssrc=[\"']?([^\"'\s>]+)", page)
    return -50 if any(re.match(r"(https?:)?//", source) for source in sources) else 0


def rate_framing(headers: Headers) -> int:
    if "frame-ancestors" in directives(headers.get("content-security-policy", "")):
        return 5
    return 0 if headers.get("x-frame-options") in ("DENY", "SAMEORIGIN") else -20


def rate_resources(header: str) -> int:
    return 0 if header in ("", "same-origin", "same-site") else -20
