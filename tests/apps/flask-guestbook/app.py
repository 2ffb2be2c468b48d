import os
import sqlite3
from contextlib import closing

from flask import Flask, redirect, render_template, request, url_for

app = Flask(__name__)
app.config["DATABASE"] = os.environ.get("GUESTBOOK_DB", "/tmp/guestbook.db")


def database():
    connection = sqlite3.connect(app.config["DATABASE"])
    connection.execute("CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, name TEXT, message TEXT)")
    return closing(connection)


@app.get("/")
def index():
    with database() as connection:
        entries = connection.execute("SELECT name, message FROM entry ORDER BY id DESC LIMIT 50").fetchall()
    return render_template("index.html", entries=entries, title=os.environ.get("GUESTBOOK_TITLE", "Guestbook"))


@app.post("/sign")
def sign():
    name, message = request.form.get("name", "").strip(), request.form.get("message", "").strip()
    if not name or not message:
        return "name and message are required\n", 400
    with database() as connection:
        connection.execute("INSERT INTO entry (name, message) VALUES (?, ?)", (name, message))
        connection.commit()
    app.logger.warning("signed by %s", name)
    return redirect(url_for("index"))


@app.get("/healthz")
def healthz():
    return {"status": "ok"}


if __name__ == "__main__":
    app.run(debug=True)
