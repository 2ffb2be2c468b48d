import os

from waitress import serve

from quotes import create_app


def main() -> None:
    port = int(os.environ.get("PORT", "8000"))
    print(f"quotes on port {port}", flush=True)
    serve(create_app(), host="0.0.0.0", port=port)
