"""Two pages for machines: is the process alive, and can it serve."""

from flask import Blueprint, Response
from sqlalchemy import select

from shop.db import PublicVersion, reading
from shop.web.tools import tools

blueprint = Blueprint("web", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that this process answers; asks nothing else."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say that the database answers and has its tables; 503 by the error page when it does not."""
    with reading(tools().engine) as session:
        session.scalars(select(PublicVersion.number)).one()
    return Response("ready\n", mimetype="text/plain")
