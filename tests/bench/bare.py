"""The unit of the table: one Flask view that returns 28 KB of ready bytes."""

import os

from flask import Flask, Response

PAGE = os.urandom(14 * 1024).hex().encode()

app = Flask("bare")


@app.get("/")
def page() -> Response:
    """The ready bytes."""
    return Response(PAGE, mimetype="text/html")
