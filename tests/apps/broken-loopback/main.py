import os
from http.server import HTTPServer, SimpleHTTPRequestHandler

port = int(os.environ.get("PORT", "8000"))
print(f"serving on 127.0.0.1:{port}", flush=True)
HTTPServer(("127.0.0.1", port), SimpleHTTPRequestHandler).serve_forever()
