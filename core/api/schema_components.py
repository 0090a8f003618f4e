"""What many operations of the OpenAPI document share: headers, refusals, ways to be let in."""

from http import HTTPStatus
from typing import Any

from core.problems import CONTENT_TYPE

REFUSALS = {
    304: "Nothing has changed since the answer whose `ETag` the request has in `If-None-Match`.",
    400: "Parameters are unknown, wrong or given twice: `errors` has each of them.",
    401: "Nobody is logged in, and no valid token came along.",
    403: "Whoever asks may not do this.",
    404: "There is no such thing, or no such page.",
    409: "It cannot be done as things are; `detail` says why.",
    410: "This version of the API has ended; `detail` names its successor.",
    429: "Too many requests: again after `Retry-After` seconds.",
    503: "It is there, but cannot be read now; the server's log says why.",
}

HEADERS = {
    "ETag": (
        'W/"5b0c86f7a5f94a1f8b3b1f0f2d6c1e0a"',
        "Names this content. Sent back in `If-None-Match` it saves the answer.",
    ),
    "Cache-Control": ("public, no-cache", "Whether and how long the answer may be kept without asking again."),
}
"""An example and what it is for, of the headers of answers that may be kept."""

REFUSAL_HEADERS = {
    401: {"WWW-Authenticate": ("string", "How to be let in.")},
    429: {
        "Retry-After": ("integer", "Seconds to wait."),
        "RateLimit-Limit": ("integer", "Requests that may be made in a minute."),
        "RateLimit-Remaining": ("integer", "How many of those are left: 0."),
        "RateLimit-Reset": ("integer", "Seconds until the minute ends."),
    },
}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "An error, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "Always `about:blank`: the status says it all."},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What is wrong, and what may be done about it."},
        "request_id": {"type": "string", "description": "The request in the server's log; also in `X-Request-ID`."},
        "errors": {
            "type": "array",
            "description": "Where input was wrong: everything that was.",
            "items": {
                "type": "object",
                "required": ["parameter", "detail"],
                "properties": {
                    "parameter": {"type": "string", "description": "The parameter or property."},
                    "detail": {"type": "string", "description": "What is wrong with it, and what is allowed."},
                },
            },
        },
    },
}

WRONG_PARAMETER = {"parameter": "page_size", "detail": "must be a whole number from 1 to 1000"}

SECURITY_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token made in the admin or by `manage.py create_token`.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "Staff who are logged in to the admin. What changes anything needs `X-CSRFToken` as well.",
    },
}


def components() -> dict[str, dict[str, Any]]:
    return {
        "schemas": {"Problem": PROBLEM},
        "headers": {name: _header(*told) for name, told in HEADERS.items()},
        "responses": {_name(status): _response(status, description) for status, description in REFUSALS.items()},
        "securitySchemes": SECURITY_SCHEMES,
    }


def response_ref(status: int) -> dict[str, str]:
    """Raises KeyError for a status that REFUSALS does not have."""
    return {"$ref": f"#/components/responses/{_name(status)}"}


def header_refs() -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}


def _name(status: int) -> str:
    if status not in REFUSALS:
        raise KeyError(f"core.api.schema_components.REFUSALS does not say what {status} means")
    return HTTPStatus(status).phrase.replace(" ", "")


def _header(example: str, description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}, "example": example}


def _response(status: int, description: str) -> dict[str, Any]:
    if status == HTTPStatus.NOT_MODIFIED:
        return {"description": description, "headers": header_refs()}
    response: dict[str, Any] = {"description": description, "content": {CONTENT_TYPE: _problem(status, description)}}
    if status in REFUSAL_HEADERS:
        response["headers"] = {
            name: {"description": told, "schema": {"type": kind}}
            for name, (kind, told) in REFUSAL_HEADERS[status].items()
        }
    return response


def _problem(status: int, description: str) -> dict[str, Any]:
    example: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if status == HTTPStatus.BAD_REQUEST:
        example |= {"detail": "{parameter}: {detail}".format(**WRONG_PARAMETER), "errors": [WRONG_PARAMETER]}
    else:
        example["detail"] = description
    return {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
