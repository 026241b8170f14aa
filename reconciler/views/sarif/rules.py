"""Rules: every kind of finding, explained to whoever meets it in a code scanning service."""

from typing import Any

from reconciler.views.findings.finding import Kind, Level

_TEXTS = {
    Kind.INVALID: (
        "A manifest is not valid.",
        (
            "Nothing is read or deleted before every manifest is valid. Correct it as the message "
            "says; `reconciler validate` lists everything that is wrong."
        ),
    ),
    Kind.GUARD: (
        "A guard refuses the plan.",
        (
            "As it stands nothing is sent, to no account. Declare less, have a higher "
            "limit reviewed in a Policy, or commit the Allowance that the plan prints, once it is "
            "reviewed."
        ),
    ),
    Kind.FAILED: (
        "The API refused to delete a target.",
        "The reason is the API's own. The target was read back and is still there.",
    ),
    Kind.STILL_PRESENT: (
        "A target is still present after its deletion was sent.",
        (
            "It was read back for as long as the account has to settle. Look at it in the account; "
            "`reconciler apply` tries again."
        ),
    ),
    Kind.UNKNOWN: (
        "A target could not be read.",
        (
            "It may be there or gone: what could not be read is never taken for absent. Run it "
            "again, and see `reconciler doctor` if it stays so."
        ),
    ),
    Kind.NOT_ATTEMPTED: (
        "A planned deletion was not attempted.",
        (
            "The reason says what kept it from being sent. `reconciler resume` takes up what an "
            "interrupted run left."
        ),
    ),
    Kind.HELD: (
        "A declared target is held, and will not be deleted.",
        (
            "It differs from what the manifest expects or from what was reviewed, a rule "
            "matches it that nobody approved, or it has returned. `reconciler explain` tells more."
        ),
    ),
    Kind.LOOSENED: (
        "A change of the manifests loosens what stands in the way of deletions.",
        (
            "A protection was removed or narrowed, a limit raised, an expectation dropped, or an "
            "allowance added. Review it as you would review a deletion."
        ),
    ),
    Kind.WARNING: (
        "Something may be a mistake.",
        "`reconciler validate --strict` takes such warnings for errors.",
    ),
    Kind.DELETE: (
        "A declared target is there and will be deleted.",
        (
            "This is what is to be reviewed. An apply deletes what is in the reviewed plan and "
            "still as it was."
        ),
    ),
    Kind.DECLARED: (
        "A target is newly declared absent.",
        "`reconciler plan` says whether it is there.",
    ),
    Kind.PROTECTED: (
        "A declared target is protected, and is never deleted.",
        "A Protection wins over every manifest. Withdraw one of the two.",
    ),
}
_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "note"}

RULES = tuple(_TEXTS)
"""The kinds that are rules, in the order of the document; what is in no place is none."""


def rules() -> list[dict[str, Any]]:
    """Return every rule, so that a service knows also those without a result."""
    return [_rule(kind) for kind in RULES]


def level_of(kind: Kind) -> str:
    """Return what SARIF calls the gravity of a kind."""
    return _LEVELS[kind.level]


def _rule(kind: Kind) -> dict[str, Any]:
    summary, more = _TEXTS[kind]
    return {
        "id": kind.value,
        "name": "".join(word.capitalize() for word in kind.split("-")),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": f"{summary} {more}"},
        "help": {"text": more, "markdown": more},
        "defaultConfiguration": {"level": level_of(kind)},
    }
