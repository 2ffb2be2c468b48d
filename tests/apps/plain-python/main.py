import json
import os
import random
from http.server import BaseHTTPRequestHandler, HTTPServer


class Dice(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"dice": random.randint(1, 6)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    port = int(os.environ.get("PORT", 8000))
    print(f"rolling on port {port}")
    HTTPServer(("", port), Dice).serve_forever()
