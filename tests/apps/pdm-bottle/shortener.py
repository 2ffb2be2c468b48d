import os
import secrets

from bottle import HTTPResponse, Bottle, abort, redirect, request

app = Bottle()
LINKS: dict[str, str] = {}


@app.get("/")
def index():
    return {"links": len(LINKS)}


@app.post("/")
def shorten():
    target = request.forms.get("url") or abort(400, "url is required")
    key = secrets.token_urlsafe(4)
    LINKS[key] = target
    return HTTPResponse({"key": key}, 201)


@app.get("/<key>")
def follow(key):
    redirect(LINKS.get(key) or abort(404, "no such link"))


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", 8000)))
