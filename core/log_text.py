"""Text that came from outside, made fit for a log: it forges no lines, and the secrets in it are not told."""

import re
from urllib.parse import quote

MAX_PATH_LENGTH = 500
PATH_SAFE = "/:@!$&'()*+,;=-._~%"
HIDDEN = "[hidden]"

SECRETS = re.compile(
    r"""
    (?P<name>
        (?: password | passwd | secret(?:_key)? | token | ticket | sessionid | api[-_]?key | signature )
            ["']? \s* (?: = | : \s* (?=["']) ) \s*
        | \b (?: bearer | api-key ) \s+
    )
    (?: "[^"\n]*" | '[^'\n]*' | [^\s&;,"')\]}]+ )
    | (?P<header> (?: authorization | cookie ) ["']? \s* [:=] \s* ) [^\n]+
    | (?<=://) [^\s/]+ (?=@)
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Values with telling names (`ticket=...`, `"password": "..."`), credentials in headers and in URLs."""


HINTS = (
    *("password", "passwd", "secret", "token", "ticket", "sessionid", "api-key", "api_key", "apikey", "signature"),
    *("bearer", "authorization", "cookie", "://"),
)
"""One of them is in whatever has a secret: looking for these takes a tenth of the time."""


def without_secrets(text: str) -> str:
    lowered = text.lower()
    for hint in HINTS:  # a loop, and not `any`, which takes twice as long
        if hint in lowered:
            return SECRETS.sub(lambda match: f"{match['name'] or match['header'] or ''}{HIDDEN}", text)
    return text


def on_one_line(text: str) -> str:
    """Whatever is no visible character as its escape: line ends, terminal codes, direction marks, lone surrogates."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def indented(text: str) -> str:
    """Several lines, each visible and none like the first of a record."""
    return "\n".join(f"    {on_one_line(line)}" for line in text.split("\n"))


def path_in_log(path: str) -> str:
    """Without blanks, so that nothing after it in a line can be forged; cut where it is absurdly long."""
    if not (path.isascii() and path.isprintable() and " " not in path):
        path = quote(path, safe=PATH_SAFE, errors="backslashreplace")
    return path if len(path) <= MAX_PATH_LENGTH else f"{path[:MAX_PATH_LENGTH]}..."
