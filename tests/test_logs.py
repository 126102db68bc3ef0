"""Log lines: what cannot be written stops nobody."""

import io

import pytest
import structlog

from shop import logs


class Gone(io.StringIO):
    """Where lines cannot be written: a full disk, a reader that has gone, a closed terminal."""

    def __init__(self, problem: Exception) -> None:
        super().__init__()
        self.problem = problem

    def write(self, _line: str) -> int:
        """Fail."""
        raise self.problem


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize(
    "problem", [OSError(28, "No space left on device"), BrokenPipeError(), ValueError("I/O on closed file")]
)
def test_a_line_that_cannot_be_written_stops_nobody(
    problem: Exception, live: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", Gone(problem))
    logs.configure(live=live)
    log = structlog.get_logger()
    log.info("request", status=200)
    try:
        raise KeyError("x")
    except KeyError:
        log.exception("broken")
    log.error("failed", exc_info=problem)


def test_a_line_that_can_be_written_is(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = io.StringIO()
    monkeypatch.setattr("sys.stderr", lines)
    logs.configure(live=True)
    structlog.get_logger().warning("order_flagged", order=1001)
    assert '"order_flagged"' in lines.getvalue()
