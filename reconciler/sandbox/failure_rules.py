"""Which calls fail, and how: ``KIND:WHICH:FAILURE``."""

import re
from dataclasses import dataclass
from typing import Self

from reconciler.sandbox.kinds import KINDS, is_kind

STATUSES = ("400", "401", "403", "404", "409", "413", "422", "429", "500", "502", "503", "504")
ODDITIES = (
    *("empty", "html", "html502", "error200", "mx500", "load_shedding", "redirect"),
    *("cut", "hang", "cut_body", "garbled", "previous"),
)
FAILURES = (*STATUSES, *ODDITIES)
NEEDS_THE_ANSWER = frozenset({"cut_body", "garbled"})
"""Failures that spoil a real answer, so the call has its effect."""

AFTER = "_after"
_WHICH = re.compile(r"(?P<every>\*)?(?P<first>[1-9][0-9]*)(?P<range>-(?P<last>[1-9][0-9]*)?)?")


@dataclass(frozen=True, slots=True)
class FailureRule:
    """Some calls of a kind, and what becomes of them."""

    kind: str
    which: str
    failure: str
    after: bool
    """The call has its effect, and only its answer is replaced."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``KIND:WHICH:FAILURE``; raise ValueError with a sentence for the user."""
        parts = text.strip().split(":")
        try:
            kind, which, name = parts
        except ValueError:
            raise ValueError(f"'{text}' is not of the form KIND:WHICH:FAILURE") from None
        failure = name.removesuffix(AFTER)
        if kind not in KINDS:
            raise ValueError(f"'{kind}' is no kind of call; there are {', '.join(KINDS)}")
        if failure not in FAILURES:
            raise ValueError(f"'{name}' is no failure; there are {', '.join(FAILURES)}")
        match = _WHICH.fullmatch(which)
        if match is None or (match["every"] and match["range"]):
            raise ValueError(f"'{which}' is none of N, N-M, N- and *N")
        after = name != failure or failure in NEEDS_THE_ANSWER
        return cls(kind, which, failure, after)

    def hits(self, n: int) -> bool:
        """Tell whether the n-th call of the kind fails."""
        match = _WHICH.fullmatch(self.which)
        if match is None:
            return False
        first = int(match["first"])
        if match["every"]:
            return n % first == 0
        if not match["range"]:
            return n == first
        return first <= n and (match["last"] is None or n <= int(match["last"]))

    def __str__(self) -> str:
        return f"{self.kind}:{self.which}:{self.failure}{AFTER if self.after else ''}"


class FailureSchedule:
    """Counts the calls of each rule's kind and says which of them fail."""

    def __init__(self, rules: tuple[FailureRule, ...]) -> None:
        self._rules = rules
        self._counts = [0] * len(rules)

    def next(self, kind: str) -> FailureRule | None:
        """Count one more call and return the first rule that hits it."""
        found = None
        for position, rule in enumerate(self._rules):
            if is_kind(kind, rule.kind):
                self._counts[position] += 1
                if found is None and rule.hits(self._counts[position]):
                    found = rule
        return found
