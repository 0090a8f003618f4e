"""The list of replays and one of them."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponseBase
from django.utils.encoding import iri_to_uri
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.problems import BadParameters, problem_response
from replays.api.parameters import read_list_query, refuse_parameters, unknown_session
from replays.api.serializers import ReplayDetailSerializer, ReplaySerializer
from replays.models import Replay
from seasons.models import Session

UNVERSIONED, NEWEST = "/api/", "/api/v1/"


class OneForm(BaseContentNegotiation):
    """Every resource has one form and comes in it, whatever `Accept` says."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class PublicView(APIView):
    """Read by anyone; errors are problem details; an address without a version names the one that has it."""

    authentication_classes = ()
    content_negotiation_class = OneForm

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return problem_response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if not request.path.startswith(NEWEST):
            path = f"{NEWEST}{request.path.removeprefix(UNVERSIONED).rstrip('/')}/"
            response["Link"] = f'<{iri_to_uri(path)}>; rel="canonical"'
        return response


class ReplayListView(PublicView):
    def get(self, request: Request) -> Response:
        query = read_list_query(request.query_params)
        replays = _replays().filter(state=query.state)
        if query.session is not None:
            replays = replays.filter(session_id=_session_id(query.session))
        count = replays.count()
        pages = max(-(-count // query.page_size), 1)
        if query.page > pages:
            raise Http404(f"There is no page {query.page}; the last one is {pages}.")
        start = (query.page - 1) * query.page_size
        return Response(
            {
                "count": count,
                "next": _page_url(request, query.page + 1) if query.page < pages else None,
                "previous": _page_url(request, query.page - 1) if query.page > 1 else None,
                "results": ReplaySerializer(replays[start : start + query.page_size], many=True).data,
            }
        )


class ReplayView(PublicView):
    """One replay, or something of it; takes no parameters."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_parameters(request.query_params)

    def replay(self, replay_id: str) -> Replay:
        """Also one that was replaced since: who watches it may finish."""
        replay = _replays().filter(public_id=replay_id).first()
        if replay is None:
            raise Http404(f"There is no replay {replay_id}.")
        return replay


class ReplayDetailView(ReplayView):
    def get(self, request: Request, replay_id: str) -> HttpResponseBase:
        return Response(ReplayDetailSerializer(self.replay(replay_id)).data)


def _replays() -> QuerySet[Replay]:
    return Replay.objects.select_related("session__event__season").order_by("-built_at", "-pk")


def _session_id(name: str) -> int:
    found = Session.objects.filter(Q(key=name) | Q(public_id=name)).values_list("pk", flat=True).first()
    if found is None:
        raise BadParameters([unknown_session()])
    return found


def _page_url(request: Request, page: int) -> str:
    query = request.query_params.copy()
    query["page"] = str(page)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
