import re

import pytest
from asgiref.sync import iscoroutinefunction
from django.http import HttpResponse

from core.middleware.request_id import RequestIdMiddleware
from core.request_ids import current_request_id

seen = []


def view(request):
    seen.append((request.request_id, current_request_id.get()))
    return HttpResponse("done")


async def async_view(request):
    return view(request)


@pytest.fixture(params=["sync", "async"])
def answer(request, rf):
    seen.clear()
    middleware = RequestIdMiddleware(view if request.param == "sync" else async_view)

    async def answered(**headers):
        response = middleware(rf.get("/", headers=headers))
        return await response if iscoroutinefunction(middleware) else response

    return answered


@pytest.mark.parametrize("given", ["a1B2c3D4", "0123456789abcdef", "trace_id-1.2", "x" * 64])
async def test_a_sane_id_is_taken_over(answer, given):
    response = await answer(**{"x-request-id": given})
    assert response["X-Request-ID"] == given
    assert seen == [(given, given)]


@pytest.mark.parametrize(
    "given", ["short", "x" * 65, "with blank", "a\r\nSet-Cookie: a=b", "<script>alert(1)", "ä" * 10, "12345678\n", ""]
)
async def test_any_other_is_replaced(answer, given):
    response = await answer(**{"x-request-id": given})
    assert re.fullmatch("[0-9a-f]{16}", response["X-Request-ID"])
    assert seen == [(response["X-Request-ID"],) * 2]


async def test_every_request_has_its_own(answer):
    ids = {(await answer())["X-Request-ID"] for _ in range(100)}
    assert len(ids) == 100


def test_outside_of_requests_there_is_none(rf):
    RequestIdMiddleware(view)(rf.get("/"))
    assert current_request_id.get() is None
