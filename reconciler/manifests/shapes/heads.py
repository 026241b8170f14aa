"""The heads of documents: who, why, until when."""

from typing import Annotated

from pydantic import ConfigDict, Field

from reconciler.manifests.shapes.fields import Day, Name, Shape, Text, word

PURPOSES = ("hygiene", "retention_expiry", "dnc_request", "gdpr_erasure", "ccpa_delete")
ERASURES = ("gdpr_erasure", "ccpa_delete")
"""Purposes that need a ticket and accept ids only: anything else would stay in git."""


class Metadata(Shape):
    """The head of an Account or a Policy."""

    idle = frozenset({"purpose", "expires"})
    name: Name = Field(
        description="1 to 63 of a-z, 0-9 and -, no - at either end; unique among the documents of "
        "one kind.",
        examples=["acme-crm", "default"],
    )
    owner: Text | None = Field(None, description="Who answers for it.", examples=["crm-ops"])
    reason: Text | None = Field(
        None, description="Why it is there.", examples=["The account of the sales team"]
    )
    ticket: Text | None = Field(
        None, description="Where it was decided.", examples=["CRM-1412", "DNC-77"]
    )


class ProtectionMetadata(Shape):
    """The head of a Protection."""

    idle = frozenset({"purpose"})
    name: Name = Field(
        description="1 to 63 of a-z, 0-9 and -, no - at either end; unique among Protections.",
        examples=["under-litigation"],
    )
    owner: Text = Field(description="Who answers for it.", examples=["legal"])
    reason: Text = Field(
        description="Why what it matches must stay.", examples=["Evidence in a lawsuit"]
    )
    ticket: Text | None = Field(None, description="Where it was decided.", examples=["LEGAL-3"])
    expires: Day | None = Field(
        None,
        description="The day, in UTC, after which a warning asks whether it is still needed; it "
        "protects all the same. Default: never.",
        examples=["2027-12-31"],
    )


class AllowanceMetadata(Shape):
    """The head of an Allowance."""

    idle = frozenset({"purpose"})
    name: Name = Field(
        description="1 to 63 of a-z, 0-9 and -, no - at either end; unique among Allowances.",
        examples=["march-clean-up"],
    )
    owner: Text = Field(description="Who answers for it.", examples=["crm-ops"])
    reason: Text = Field(
        description="Why this run may do more than others.", examples=["One-off clean-up"]
    )
    ticket: Text | None = Field(None, description="Where it was decided.", examples=["CRM-1500"])
    expires: Day | None = Field(
        None,
        description="The last day, in UTC, on which it allows anything; afterwards it is a "
        "warning. Default: never.",
        examples=["2026-12-01"],
    )


class AbsenceMetadata(Shape):
    """The head of a manifest of absences."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"purpose": {"enum": [*ERASURES]}}, "required": ["purpose"]},
            "then": {"required": ["ticket"]},
        }
    )
    name: Name = Field(
        description="1 to 63 of a-z, 0-9 and -, no - at either end; unique among the documents of "
        "one kind.",
        examples=["duplicate-callbacks", "opted-out"],
    )
    owner: Text = Field(description="Who answers for it.", examples=["crm-ops", "dialer-ops"])
    reason: Text = Field(
        description="Why it must not exist.",
        examples=["Imported twice on 1 March", "Opted out by phone"],
    )
    ticket: Text | None = Field(
        None,
        description="Where it was decided. Purposes of erasure need one.",
        examples=["CRM-1412", "DNC-77"],
    )
    purpose: Annotated[str, word(*PURPOSES)] = Field(
        "hygiene",
        description="What it is for. gdpr_erasure and ccpa_delete need a ticket, and accept ids of "
        "tasks and records only: a phone number, an external id or a rule would stay in git.",
        examples=[*PURPOSES],
    )
    expires: Day | None = Field(
        None,
        description="The last day, in UTC, on which it holds; afterwards it is neither read nor "
        "deleted, which is a warning. Default: never.",
        examples=["2027-12-31"],
    )
