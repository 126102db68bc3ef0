"""Bounces and complaints as mail servers write them."""

from email import message_from_string

import pytest

from shop.mail.reports import reports

BOUNCE = """From: MAILER-DAEMON@example.net
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; maya@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} No such user

--b--
"""
COMPLAINT = """From: fbl@example.net
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
Original-Rcpt-To: <maya@example.com>

--b
Content-Type: message/rfc822

Subject: Two minutes on the floor

Hello
--b--
"""


def found(text: str) -> list[tuple[str, str]]:
    return [(report.email, report.kind) for report in reports(message_from_string(text))]


@pytest.mark.parametrize(
    ("action", "status", "counts"),
    [
        ("failed", "5.1.1", True),
        ("failed", "5.7.1", True),
        ("delayed", "4.4.1", False),
        ("failed", "4.4.7", False),
        ("failed", "5.2.2", False),
        ("delivered", "2.0.0", False),
    ],
)
def test_a_bounce_counts_when_it_is_for_good(action: str, status: str, counts: bool) -> None:
    wanted = [("maya@example.com", "bounced")] if counts else []
    assert found(BOUNCE.format(action=action, status=status)) == wanted


def test_a_complaint_counts_and_an_ordinary_letter_does_not() -> None:
    assert found(COMPLAINT) == [("maya@example.com", "complained")]
    assert found("Subject: Out of office\n\nmaya@example.com is away") == []
    assert found(BOUNCE.replace("delivery-status", "disposition-notification", 1)) == []
