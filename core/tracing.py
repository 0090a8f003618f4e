"""Spans of requests, sent to the collector at OTEL_EXPORTER_OTLP_ENDPOINT. Imported only where that is set.

How many are sampled, the service's name, headers and time-outs are the SDK's own variables (`OTEL_TRACES_SAMPLER`,
`OTEL_SERVICE_NAME`, `OTEL_EXPORTER_OTLP_HEADERS` ...). Sockets have no spans: one would last for hours.
"""

from functools import cache

from django.conf import settings
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import DEPLOYMENT_ENVIRONMENT, SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

DEFAULT_NAME = "f1-race-replay"


@cache
def tracer() -> trace.Tracer:
    """This process's, which sends from a thread of its own. Others that instrument find it as the global one."""
    facts = {SERVICE_VERSION: settings.APP_VERSION, DEPLOYMENT_ENVIRONMENT: settings.ENVIRONMENT}
    resource = Resource.create(facts)
    if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: DEFAULT_NAME}))
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider.get_tracer("f1site", settings.APP_VERSION)
