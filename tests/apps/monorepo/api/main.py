import os
from wsgiref.simple_server import make_server


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"the api of a monorepo\n"]


make_server("0.0.0.0", int(os.environ["PORT"]), app).serve_forever()
