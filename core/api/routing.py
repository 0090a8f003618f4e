from rest_framework.routers import DynamicRoute, Route, SimpleRouter


class AnySlashRouter(SimpleRouter):
    """Addresses answer with and without a slash at their end; nothing redirects."""

    # DRF ends its patterns in `$`, which lets a line feed through.
    routes: list[Route | DynamicRoute] = [
        route._replace(url=route.url.replace("$", r"\Z")) for route in SimpleRouter.routes
    ]

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"
