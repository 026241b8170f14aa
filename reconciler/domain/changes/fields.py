"""Changes as plain values: the names that validations, plans and plan files have for them."""

from dataclasses import dataclass

from reconciler.domain.changes.difference import Change
from reconciler.domain.document import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What a plan is compared with."""

    reference: str
    """As people call it."""
    commit: str
    error: str = ""
    """Why nothing can be compared; empty if it can."""


def against_fields(against: Against) -> Fields:
    """Return what a plan is compared with."""
    fields = {"ref": against.reference, "commit": against.commit}
    return {**fields, "error": against.error} if against.error else fields


def change_fields(change: Change) -> Fields:
    """Return one change, without what does not matter to it."""
    fields: Fields = {
        "account": change.account,
        "manifest": change.manifest,
        "place": change.place,
        "subject": change.subject,
    }
    if change.words:
        fields["words"] = change.words
    if change.in_base:
        fields["in_base"] = True
    return fields


def change_of(fields: Fields) -> Change:
    """Return the change that such fields tell."""
    return Change(
        account=str(fields["account"]),
        manifest=str(fields["manifest"]),
        place=str(fields["place"]),
        subject=str(fields["subject"]),
        words=str(fields.get("words", "")),
        in_base=bool(fields.get("in_base")),
    )
