"""What mail servers write back: bounces (RFC 3464) and complaints (RFC 5965), read from the messages themselves."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Literal

ADDRESS = re.compile(r"[^\s<>;,\"]+@[^\s<>;,\"]+")
DETAIL_LENGTH = 200


@dataclass(frozen=True)
class Report:
    """An address to which nothing more may go, why, and what the server said."""

    email: str
    kind: Literal["bounced", "complained"]
    detail: str


def reports(message: Message) -> list[Report]:
    """Return what a message reports for good; one that is no report, or only of a delay, says nothing."""
    kind = message.get_param("report-type") if message.get_content_type() == "multipart/report" else None
    if kind == "delivery-status":
        return list(_bounces(message))
    return list(_complaints(message)) if kind == "feedback-report" else []


def _bounces(message: Message) -> Iterator[Report]:
    for block in _blocks(message, "message/delivery-status"):
        status = str(block.get("Status", "")).strip()
        failed = str(block.get("Action", "")).strip().lower() == "failed"
        # 5 is for good; 5.2.2 is a full mailbox, which may be emptied (RFC 3463).
        if failed and status.startswith("5") and not status.startswith("5.2.2"):
            address = ADDRESS.search(
                str(block.get("Final-Recipient", "") or block.get("Original-Recipient", ""))
            )
            if address:
                yield Report(address[0], "bounced", _detail(f"{status} {block.get('Diagnostic-Code', '')}"))


def _complaints(message: Message) -> Iterator[Report]:
    for block in _blocks(message, "message/feedback-report"):
        address = ADDRESS.search(str(block.get("Original-Rcpt-To", "")))
        if address:
            yield Report(address[0], "complained", _detail(str(block.get("Feedback-Type", ""))))


def _blocks(message: Message, kind: str) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() == kind:
            payload = part.get_payload()
            if isinstance(payload, list):
                yield from (block for block in payload if isinstance(block, Message))
            else:
                yield from _fields(str(payload))


def _fields(text: str) -> Iterable[Message]:
    """Parse the lines of a part that the library leaves as text."""
    block = Message()
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and not line[:1].isspace():
            block[name.strip()] = value.strip()
    return [block]


def _detail(text: str) -> str:
    return " ".join(text.split())[:DETAIL_LENGTH]
