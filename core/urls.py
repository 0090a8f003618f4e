from django.urls import re_path

from core import health

urlpatterns = [
    re_path(r"^health/?\Z", health.health),
    re_path(r"^health/live/?\Z", health.live),
    re_path(r"^health/ready/?\Z", health.ready),
]
