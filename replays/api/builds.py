"""Builds over HTTP: for staff and tokens to see, to ask for, and to cancel."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import F
from django.utils.cache import patch_vary_headers
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.authentication import STAFF_OR_TOKEN, StaffOrToken, name_of
from core.api.body import Name, StrictJSON, TrueOrFalse, read_body
from core.api.columns import objects_of, rows_of
from core.api.described import Described
from core.api.parameters import Refusals
from core.api.views import ResourceViewSet
from replays.api import examples, operations
from replays.api.columns import BuildColumns
from replays.api.names import BUILDS, published_builds
from replays.models import Build
from replays.queue import enqueue, request_cancel
from seasons.api.names import SESSIONS, published_sessions
from seasons.models import Session


class BuildRequest(serializers.Serializer[Any]):
    """What to build."""

    session = Name(max_length=200, help_text="Key or id of the session, or `latest`.")
    refresh = TrueOrFalse(
        default=False, help_text="Ask for the newest data, and build again also where a replay is ready."
    )


class AlreadyEnded(APIException):
    status_code = status.HTTP_409_CONFLICT


class BuildViewSet(ResourceViewSet):
    """Builds of replays and imports of results, the newest first. For staff, and for tokens."""

    authentication_classes = STAFF_OR_TOKEN
    permission_classes = (StaffOrToken,)
    parser_classes = (StrictJSON,)
    queryset = published_builds()
    serializer_class = BuildColumns
    names = BUILDS
    search = ("session__key", "session__event__name", "requested_by", "error")
    default_ordering = (F("queued_at").desc(),)
    ordering_default = "-queued_at"
    described: ClassVar = {
        "create": Described(
            "Ask for a build",
            operations.BUILD_BODIES,
            {200: "The one that waits or runs for this session already.", 202: "A new one, which waits."},
            refusals=(400, 401, 403),
            headers={"Location": "Where to ask how it is going."},
            request=BuildRequest,
            request_example={"session": examples.BUILD["session"], "refresh": False},
            is_cached=False,
        ),
        "cancel": Described(
            "Cancel a build",
            operations.BUILD_BODIES,
            {200: "Cancelled, or about to be."},
            refusals=(*operations.LOCKED_REFUSALS, 409),
            path={"id": ("The `id`, as lists have it.", examples.BUILD["id"])},
            is_cached=False,
        ),
    }

    def parameter_names(self) -> Sequence[str]:
        return super().parameter_names() if self.action in ("list", "retrieve") else ()

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Its answers are not for everyone, and true for a moment: nobody keeps them."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Authorization", "Cookie"])
        return response

    def create(self, request: Request) -> Response:
        """Ask for a build: 202 with a new one, or 200 with the one that waits or runs for this session already."""
        self.admit(request).raise_any()
        body = read_body(request, BuildRequest)
        build, created = enqueue(
            session_called(body["session"]), refresh=body["refresh"], requested_by=name_of(request)
        )
        headers = {"Location": f"/api/v1/builds/{build.public_id}/"}
        return Response(shown(build), status.HTTP_202_ACCEPTED if created else status.HTTP_200_OK, headers=headers)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Have a build cancelled: at once where it waits, soon where it runs; 409 where it has ended."""
        self.admit(request).raise_any()
        build = published_builds().filter(pk=self.primary_key(pk)).first()
        if build is None:
            raise NotFound(self.missing(pk))
        if not request_cancel(build):
            raise AlreadyEnded(f"The build {pk} has ended: there is nothing to cancel.")
        return Response(shown(build))


def session_called(name: str) -> Session:
    """Raises BadParameters."""
    wrong = Refusals()
    session = published_sessions().filter(pk__in=SESSIONS.find([name]).values()).first()
    if session is None:
        wrong.add("session", f"there is no session {name}; give {SESSIONS.in_words}")
    wrong.raise_any()
    assert session is not None
    return session


def shown(build: Build) -> dict[str, Any]:
    """The build as it is now."""
    columns = list(BuildColumns.columns().values())
    return objects_of(rows_of(Build.objects.filter(pk=build.pk), columns), columns)[0]
