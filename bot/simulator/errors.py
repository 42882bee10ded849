"""What can go wrong in the simulator, on either side of the bot."""

from typing import Any


class ApiError(Exception):
    """A Bot API call that is answered with `ok: false`.

    `code` is Telegram's error code, `description` its words, `parameters` the optional `ResponseParameters`.
    """

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters

    def envelope(self) -> dict[str, Any]:
        """The body of the HTTP answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(why: str) -> ApiError:
    """400, worded as Telegram does."""
    return ApiError(400, f"Bad Request: {why}")


def forbidden(why: str) -> ApiError:
    """403, worded as Telegram does."""
    return ApiError(403, f"Forbidden: {why}")


def too_many_requests(retry_after: int) -> ApiError:
    """429 with the number of whole seconds to wait."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


class PersonCannot(Exception):
    """A person tried something their phone would not let them do; the message says what and why."""
