"""Loading a module when it is first used. For what few processes ever use and what would weigh on all of them."""

from importlib import import_module
from typing import Any


class OnDemand:
    """Stands for a module, and loads it when something of it is asked for.

    Whoever uses it imports the module for the type checker alone, and says what its weight is.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, of_module: str) -> Any:
        """Return what the module has by this name."""
        return getattr(import_module(self._name), of_module)
