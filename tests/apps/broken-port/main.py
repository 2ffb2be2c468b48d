from http.server import HTTPServer, SimpleHTTPRequestHandler

print("serving on port 5555, whatever PORT says", flush=True)
HTTPServer(("0.0.0.0", 5555), SimpleHTTPRequestHandler).serve_forever()
