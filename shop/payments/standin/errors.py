"""What the stand-in refuses, in the words and codes of Stripe's error objects
(https://docs.stripe.com/api/errors).
"""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A request that Stripe would answer with an error object.

    `status` is the HTTP status. `stored` says whether Stripe had begun to execute the request, so that the
    answer is kept under its idempotency key (failed validation is not kept:
    https://docs.stripe.com/api/idempotent_requests).
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        stored: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param
        self.stored = stored

    def body(self) -> dict[str, Any]:
        """Return the JSON body: an object `error` without the fields that do not apply."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://docs.stripe.com/error-codes#{self.code.replace('_', '-')}"
        if self.param:
            error["param"] = self.param
        return {"error": error}


def unknown_parameter(param: str) -> ApiError:
    """Return the refusal of a parameter that the endpoint does not have."""
    return ApiError(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def missing_parameter(param: str) -> ApiError:
    """Return the refusal of a request that lacks a required parameter."""
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def not_modelled(param: str) -> ApiError:
    """Return the refusal of something that Stripe has and the stand-in deliberately has not."""
    return ApiError(
        f"The local stand-in does not model this: {param}.", code="parameter_unknown", param=param
    )


def no_such(kind: str, identifier: str, *, param: str, status: int = 404) -> ApiError:
    """Return the refusal of an id that nothing has; 404 in a path, 400 in a parameter."""
    return ApiError(f"No such {kind}: '{identifier}'", status=status, code="resource_missing", param=param)


def unrecognized_url(method: str, path: str) -> ApiError:
    """Return the 404 of an address that is no endpoint."""
    return ApiError(
        f"Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove the "
        f"trailing slash. "
        "If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in "
        "your code.",
        status=404,
    )
