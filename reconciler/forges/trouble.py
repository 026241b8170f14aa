"""What can go wrong with a forge. None of it changes how a command ends."""


class ForgeError(Exception):
    """Something could not be read or written; says what, and what to do about it."""

    def __init__(self, summary: str, hint: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.hint = hint


class RefusedError(ForgeError):
    """The token is not accepted, or may not do this."""


class MissingError(ForgeError):
    """There is no such thing, or the token does not see it."""


class InvalidRequestError(ForgeError):
    """The forge does not take what was sent."""


class DoubtfulError(ForgeError):
    """What was sent may have been done, and may not."""
