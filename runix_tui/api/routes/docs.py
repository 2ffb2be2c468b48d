"""``/docs``: Swagger UI from a package on this machine; nothing is loaded from a network. Holds no state."""

import functools
from importlib import resources

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from runix_tui.api import openapi
from runix_tui.errors import NotFound

router = APIRouter(include_in_schema=False)

ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Runix API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<noscript>The description itself: <a href="/openapi.json">openapi.json</a></noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null, persistAuthorization: false,
});
"""


@router.get("/docs")
async def docs() -> Response:
    """The page."""
    return _static(_PAGE.encode(), "text/html")


@router.get("/docs/start.js")
async def start() -> Response:
    """What starts the page: apart from it, so that no inline script is allowed."""
    return _static(_START.encode(), "text/javascript")


@router.get("/docs/{name}")
async def asset(name: str) -> Response:
    """A file of Swagger UI."""
    if name not in ASSETS:
        raise NotFound(f"There is nothing at /docs/{name}")
    return _static(_asset(name), ASSETS[name])


@router.get("/openapi.json")
async def description(request: Request) -> Response:
    """The description of this API, made when it is first asked for."""
    app: FastAPI = request.app
    app.openapi_schema = app.openapi_schema or openapi.describe(app)
    return JSONResponse(app.openapi_schema)


def _static(content: bytes, media_type: str) -> Response:
    headers = {
        "Content-Security-Policy": CSP,
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    return Response(content, media_type=media_type, headers=headers)


@functools.lru_cache(maxsize=len(ASSETS))
def _asset(name: str) -> bytes:
    return resources.files("fastapi_swagger.resources").joinpath(name).read_bytes()
