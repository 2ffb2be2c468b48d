import random

from flask import Flask, jsonify

QUOTES = (
    ("Simple things should be simple, complex things should be possible.", "Alan Kay"),
    ("Make it work, make it right, make it fast.", "Kent Beck"),
    ("The best error message is the one that never shows up.", "Thomas Fuchs"),
)


def create_app() -> Flask:
    app = Flask(__name__)

    @app.get("/")
    def quote():
        text, author = random.choice(QUOTES)
        return jsonify(text=text, author=author)

    return app
