import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

with open("index.json") as file:
    INDEX = json.load(file)


class Words(BaseHTTPRequestHandler):
    def do_GET(self):
        letter = self.path.strip("/")
        found = INDEX.get(letter) if letter else sorted(INDEX)
        body = json.dumps(found).encode()
        self.send_response(404 if found is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


port = int(os.environ.get("PORT", "5000"))
print(f"words on port {port}")
ThreadingHTTPServer(("0.0.0.0", port), Words).serve_forever()
