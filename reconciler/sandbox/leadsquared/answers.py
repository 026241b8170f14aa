"""The envelopes that LeadSquared answers in."""

from starlette.responses import JSONResponse, PlainTextResponse, Response

from reconciler.sandbox.limiter import PERIOD

_ERRORS = {
    400: ("MXInvalidInputException", "The request body contains malformed or unexpected JSON"),
    401: ("MXUnAuthorizedAccessException", "Access key or secret key is not valid"),
    403: ("MXUnauthorizedRequestException", "You are not authorized to perform this operation"),
    404: ("MXInvalidRequestException", "The requested API does not exist"),
    429: ("MXAPIRateLimitExceededException", "API calls exceeded the limit"),
}


def success(message: object) -> Response:
    """Return the envelope of a call that did something."""
    return JSONResponse({"Status": "Success", "Message": message})


def error(status: int) -> Response:
    """Return the answer with an error status; from 500 on it is not LeadSquared's own."""
    if status not in _ERRORS:
        return PlainTextResponse("The service is unavailable.", status)
    return refusal(*_ERRORS[status], status=status)


def refusal(exception_type: str, message: str, *, status: int = 500) -> Response:
    """Return the envelope of a refusal; with 500 it is a deterministic one."""
    return JSONResponse(
        {"Status": "Error", "ExceptionType": exception_type, "ExceptionMessage": message},
        status,
    )


def invalid(parameter: str) -> Response:
    """Return the refusal of a parameter."""
    return refusal("MXInvalidInputException", f"Invalid Input! Parameter Name: {parameter}")


def wrong_shape(wrapper: str) -> Response:
    """Return what comes when the outermost name of a body is missing."""
    return refusal("ArgumentNullException", f"Value cannot be null. Parameter name: {wrapper}")


def over_limit(limit: int, status: int) -> Response:
    """Return the answer to a call above the limit."""
    message = f"API calls exceeded the limit of {limit} in {PERIOD:g} second(s)"
    return refusal("MXAPIRateLimitExceededException", message, status=status)
