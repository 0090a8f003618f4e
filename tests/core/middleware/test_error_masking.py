"""The last word on 500s; what is raised is the subject of tests/core/test_errors.py."""

import pytest
from asgiref.sync import iscoroutinefunction
from django.http import HttpResponse, StreamingHttpResponse

from core.middleware.error_masking import ErrorMaskingMiddleware


@pytest.fixture(params=["sync", "async"])
def mask(request, rf):
    async def masked(response):
        async def async_view(asked):
            return response

        middleware = ErrorMaskingMiddleware(async_view if request.param == "async" else lambda asked: response)
        answer = middleware(rf.get("/api/"))
        return await answer if iscoroutinefunction(middleware) else answer

    return masked


@pytest.mark.parametrize("status", [200, 304, 404, 429, 502, 503])
async def test_any_other_status_is_meant_as_it_is(mask, status):
    response = HttpResponse("frank", status=status)
    assert await mask(response) is response


@pytest.mark.parametrize("kind", [HttpResponse, StreamingHttpResponse])
async def test_a_500_loses_its_words_and_its_headers_and_is_closed_later(mask, kind):
    closed = []
    frank = kind("frank", status=500, headers={"X-Error": "frank"})
    frank._resource_closers.append(lambda: closed.append("frank"))

    response = await mask(frank)

    assert response.status_code == 500
    assert b"frank" not in response.content
    assert "X-Error" not in response
    assert closed == []
    response.close()
    assert closed == ["frank"]
