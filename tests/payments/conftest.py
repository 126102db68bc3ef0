"""The official library, a line that listens, and the payment stand-in as a real HTTP server behind it."""

from collections.abc import Iterator

import pytest

from shop.payments.stripe import StripeGateway
from tests.payment_service import KEY, SECRET, Service, running_service
from tests.payments.wire import Wire, wire_to

OLD_SECRET = "whsec_local_before"
SHOP = "http://shop.test"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One stand-in for a whole file of tests."""
    with running_service(tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture
def service(running: Service) -> Iterator[Service]:
    """The stand-in without faults, at the real time."""
    yield running
    running.control("faults/clear")
    running.control("clock", offset_seconds=0)


@pytest.fixture
def wire(service: Service) -> Iterator[Wire]:
    """The line to the stand-in."""
    with wire_to(service.address) as wire:
        yield wire


@pytest.fixture
def gateway(wire: Wire) -> StripeGateway:
    """The shop's side of the line, while its webhook secret is being rolled."""
    return StripeGateway(KEY, api_base=wire.address, webhook_secrets=[SECRET, OLD_SECRET], environment=SHOP)
