"""Sending through a real mail server: what it takes, what it refuses, and what people are told."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from shop.errors import SettingRefused
from shop.mail.smtp import SmtpTransport, smtp_transport
from shop.mail.transport import Undelivered
from tests.mail.post_office import PostOffice, cut, free_port, running

CERTIFICATE = Path(__file__).with_name("post_office.pem")


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def port(office: PostOffice) -> Iterator[int]:
    with running(office) as port:
        yield port


@pytest.fixture
def tls() -> ssl.SSLContext:
    """What a mail server with a certificate of its own making shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts that certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


def message(to: str = "maya@example.net") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "owner@example.com"
    message["To"] = to
    message["Message-ID"] = "<1@shop.example.com>"
    message.set_content("Hello.")
    return message


def transport(port: int, *, scheme: str = "smtp", user: str = "") -> SmtpTransport:
    return smtp_transport(f"{scheme}://{user}127.0.0.1:{port}", local_name="shop.example.com")


def send(transport: SmtpTransport, *messages: EmailMessage) -> None:
    with transport.connect() as connection:
        for each in messages or (message(),):
            connection.send(each)


def test_a_batch_leaves_over_one_connection_under_the_shop_s_name(office: PostOffice, port: int) -> None:
    send(transport(port), message(), message("ada@example.net"))
    assert office.to == [["maya@example.net"], ["ada@example.net"]]
    assert office.taken[0]["Message-ID"] == "<1@shop.example.com>"
    assert [caller.session.host_name for caller in office.callers] == ["shop.example.com"]


def test_an_address_refused_for_good_is_said_so_and_the_next_letter_leaves(
    office: PostOffice, port: int
) -> None:
    office.refused["gone@example.net"] = "550 5.1.1 No such user here"
    with transport(port).connect() as connection:
        with pytest.raises(Undelivered, match=r"address: 550 5\.1\.1 No such user here") as refused:
            connection.send(message("gone@example.net"))
        connection.send(message())
    assert (refused.value.permanent, refused.value.lost) == (True, False)
    assert office.to == [["maya@example.net"]]


def test_an_address_refused_for_now_may_be_tried_again(office: PostOffice, port: int) -> None:
    office.refused["maya@example.net"] = "451 4.7.1 Greylisted"
    with pytest.raises(Undelivered, match=r"451 4\.7\.1 Greylisted") as refused:
        send(transport(port))
    assert not refused.value.permanent


@pytest.mark.parametrize(("answer", "permanent"), [("554 5.7.1 Spam", True), ("452 4.3.1 Disk full", False)])
def test_a_letter_refused_after_it_was_read_is_said_so(
    office: PostOffice, port: int, answer: str, permanent: bool
) -> None:
    office.after = answer
    with pytest.raises(Undelivered, match=f"refused the letter: {answer}") as refused:
        send(transport(port))
    assert refused.value.permanent is permanent


def test_a_server_that_closes_is_lost_and_nothing_is_final(office: PostOffice, port: int) -> None:
    office.refused["maya@example.net"] = "421 4.3.2 Shutting down"
    with pytest.raises(Undelivered, match="421") as refused:
        send(transport(port))
    assert (refused.value.permanent, refused.value.lost) == (False, True)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_connection_cut_in_the_middle_is_lost_and_nothing_is_final(
    office: PostOffice, port: int, moment: str
) -> None:
    if moment == "before":
        office.when_named = lambda server, _address: cut(server)
    else:
        office.when_taken = cut
    with pytest.raises(Undelivered, match="broke off") as undelivered:
        send(transport(port))
    assert (undelivered.value.permanent, undelivered.value.lost) == (False, True)


def test_a_server_that_is_down_is_named() -> None:
    port = free_port()
    with pytest.raises(Undelivered, match=f"127.0.0.1:{port} cannot be reached: .*refused") as undelivered:
        send(transport(port))
    assert not undelivered.value.permanent


def test_a_server_that_never_says_a_word_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        patient = transport(silent.getsockname()[1])
        with pytest.raises(Undelivered, match="cannot be reached") as undelivered:
            send(replace(patient, step_seconds=0.1))
    assert not undelivered.value.permanent


def test_a_letter_to_letters_beyond_english_is_refused_by_a_server_that_cannot(
    office: PostOffice,
) -> None:
    with (
        running(office, enable_SMTPUTF8=False) as port,
        pytest.raises(Undelivered, match="beyond English") as refused,
    ):
        send(transport(port), message("jörg@example.net"))
    assert refused.value.permanent


# --- Encryption and passwords ---


@pytest.mark.usefixtures("trusted")
def test_smtps_is_encrypted_from_the_first_byte(office: PostOffice, tls: ssl.SSLContext) -> None:
    with running(office, tls=tls, smtps=True) as port:
        send(transport(port, scheme="smtps"))
    assert len(office.taken) == 1


def test_smtps_refuses_a_certificate_nobody_vouches_for(office: PostOffice, tls: ssl.SSLContext) -> None:
    with (
        running(office, tls=tls, smtps=True) as port,
        pytest.raises(Undelivered, match="certificate verify failed"),
    ):
        send(transport(port, scheme="smtps"))
    assert not office.taken


@pytest.mark.usefixtures("trusted")
def test_a_password_is_told_over_an_encrypted_connection(office: PostOffice, tls: ssl.SSLContext) -> None:
    with running(office, tls=tls, password="p/w@:1") as port:
        send(transport(port, user="shop:p%2Fw%40%3A1@"))
    assert len(office.taken) == 1
    assert office.callers[0].session.ssl


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_said_so_and_never_repeated(office: PostOffice, tls: ssl.SSLContext) -> None:
    with (
        running(office, tls=tls, password="right") as port,
        pytest.raises(Undelivered, match="refused the name or password in SMTP_URL") as refused,
    ):
        send(transport(port, user="shop:wrong@"))
    assert not refused.value.permanent
    assert "wrong" not in refused.value.sentence


def test_a_password_is_not_told_to_a_server_nobody_vouches_for(
    office: PostOffice, tls: ssl.SSLContext
) -> None:
    with (
        running(office, tls=tls, password="right") as port,
        pytest.raises(Undelivered, match=r"not encrypted: .*certificate verify failed"),
    ):
        send(transport(port, user="shop:right@"))
    assert not office.taken


def test_a_password_is_not_told_in_the_clear(office: PostOffice, port: int) -> None:
    told = []
    office.handle_AUTH = lambda *arguments: told.append(arguments)
    with pytest.raises(Undelivered, match="offers no encryption"):
        send(transport(port, user="shop:right@"))
    assert not told
    assert not office.taken


def test_encryption_is_taken_up_where_it_is_offered(office: PostOffice, tls: ssl.SSLContext) -> None:
    with running(office, tls=tls) as port:
        send(transport(port))
    assert office.callers[0].session.ssl
    assert len(office.taken) == 1


# --- SMTP_URL ---


def test_the_address_of_a_mail_server_is_read_with_its_usual_port() -> None:
    assert smtp_transport("smtp://a%40b:c%2Fd@mail.example", local_name="x") == SmtpTransport(
        "smtp", "mail.example", 587, "a@b", "c/d", "x"
    )
    assert smtp_transport("smtps://mail.example", local_name="x").port == 465
    assert smtp_transport("smtp://[::1]:25", local_name="x").host == "::1"


@pytest.mark.parametrize("url", ["smtp://", "smtp://host:port", "http://host", "smtp://host:99999"])
def test_an_address_that_names_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(SettingRefused, match="SMTP_URL"):
        smtp_transport(url, local_name="x")
