from django.urls import re_path

from core import api_pages, health, metrics_page

urlpatterns = [
    re_path(r"^health/?\Z", health.health),
    re_path(r"^health/live/?\Z", health.live),
    re_path(r"^health/ready/?\Z", health.ready),
    re_path(r"^metrics/?\Z", metrics_page.metrics),
    re_path(r"^openapi\.json/?\Z", api_pages.openapi_document),
    re_path(r"^docs/?\Z", api_pages.swagger_page),
    re_path(r"^redoc/?\Z", api_pages.redoc_page),
    re_path(rf"^docs/(?P<name>{'|'.join(api_pages.TEXTS)})\.md/?\Z", api_pages.text_document),
]
