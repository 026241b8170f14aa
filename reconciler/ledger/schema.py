"""The tables of the ledger."""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

VERSION = 3
"""Raised with every change of the tables, beside an entry in ``migrations``."""

metadata = MetaData()

_RunId = String().with_variant(String(collation="C"), "postgresql")
"""Sorts by time, whatever the language of the database."""

about = Table(
    "about",
    metadata,
    Column("version", Integer, nullable=False),
    Column("log_id", String, nullable=False),
    Column("began_at", Float, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("account", String, primary_key=True),
    # Grows with every new holder; a write that names an older one is refused.
    Column("token", Integer, nullable=False),
    Column("run_id", _RunId, nullable=False),
    Column("host", String, nullable=False),
    Column("process", Integer, nullable=False),
    Column("expires_at", Float, nullable=False),
)

slots = Table(
    "slots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", String, nullable=False),
    Column("deleting", Integer, nullable=False),
    # While in flight the latest that the server can still count the call, then response + window.
    Column("free_at", Float, nullable=False),
    Index("slots_by_account", "account", "free_at"),
)

pauses = Table(
    "pauses",
    metadata,
    Column("account", String, primary_key=True),
    Column("until", Float, nullable=False),
)

learned = Table(
    "learned",
    metadata,
    Column("account", String, primary_key=True),
    Column("deleting", Integer, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("per", Float, nullable=False),
    Column("until", Float, nullable=False),
)

spent = Table(
    "spent",
    metadata,
    Column("account", String, primary_key=True),
    Column("hour", Integer, primary_key=True),
    Column("calls", Integer, nullable=False),
)

halts = Table(
    "halts",
    metadata,
    # An account, or nothing for all of them.
    Column("account", String, primary_key=True),
    Column("reason", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Float, nullable=False),
)

hooks = Table(
    "hooks",
    metadata,
    # A hash of the token, so that whoever reads the ledger cannot call.
    Column("mark", String, primary_key=True),
    Column("run_id", _RunId, nullable=False),
    Column("account", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("made_at", Float, nullable=False),
    Index("hooks_by_run", "run_id"),
)

hints = Table(
    "hints",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hook", String, ForeignKey("hooks.mark"), nullable=False),
    Column("at", Float, nullable=False),
    # A JSON object of what was claimed.
    Column("claims", String, nullable=False),
    Index("hints_by_hook", "hook"),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", _RunId, primary_key=True),
    Column("started_at", Float, nullable=False),
    Column("finished_at", Float),
    # The digest of what was approved; empty where nothing was.
    Column("plan", String, nullable=False),
    Column("audit_file", String, nullable=False),
    # A JSON object of the terms on which it may delete; nothing for a run that may not.
    Column("terms", String),
    # How it ended, for whoever might take it up; nothing while it runs, or where it was killed.
    Column("ended", String),
    Column("taken_over_by", String),
)

approvals = Table(
    "approvals",
    metadata,
    # What a run may delete, until it is done: lines of id and fingerprint, compressed.
    Column("run_id", _RunId, ForeignKey("runs.run_id"), primary_key=True),
    Column("container", String, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("lines", LargeBinary, nullable=False),
)

selections = Table(
    "selections",
    metadata,
    # Which records a phone number or an external id selected: lines of mark and ids, compressed.
    Column("run_id", _RunId, ForeignKey("runs.run_id"), primary_key=True),
    Column("container", String, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("lines", LargeBinary, nullable=False),
    Index("selections_by_container", "container"),
)

allowances = Table(
    "allowances",
    metadata,
    # Those that a run consumed, by their whole text.
    Column("key", String, primary_key=True),
    Column("run_id", _RunId, ForeignKey("runs.run_id"), nullable=False),
    Column("account", String, nullable=False),
    # The checksum of the plan file that was applied; it may be taken up where it ended.
    Column("plan", String, nullable=False),
    # What was approved in the account.
    Column("digest", String, nullable=False),
    Column("at", Float, nullable=False),
)

plans = Table(
    "plans",
    metadata,
    # The checksum of the file, so that the same approval cannot be spent twice.
    Column("checksum", String, primary_key=True),
    Column("digest", String, nullable=False),
    Column("taken_at", Float, nullable=False),
    Column("applied_at", Float),
)

batches = Table(
    "batches",
    metadata,
    Column("run_id", _RunId, ForeignKey("runs.run_id"), primary_key=True),
    Column("account", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("container", String, nullable=False),
    # planned is a batch that has no row yet: intent, sent, settled, unknown.
    Column("state", String, nullable=False),
    Column("intent_at", Float, nullable=False),
    # Targets that count as deleted on that day, because they were, or may have been.
    Column("counted", Integer, nullable=False),
    # One blob a batch: a million ids stay a few megabytes.
    Column("ids", LargeBinary, nullable=False),
    Index("batches_by_state", "account", "state"),
)

gone = Table(
    "gone",
    metadata,
    Column("run_id", _RunId, ForeignKey("runs.run_id"), primary_key=True),
    Column("account", String, primary_key=True),
    Column("container", String, nullable=False),
    Column("number", Integer, primary_key=True),
    Column("proven_at", Float, nullable=False),
    Column("ids", LargeBinary, nullable=False),
    # Those of them that were gone before they were sent, by the account's own word.
    Column("not_found", LargeBinary),
)

sightings = Table(
    "sightings",
    metadata,
    # That reading by id showed a live target, beside the spelling of "gone" it differed from.
    Column("account", String, primary_key=True),
    Column("tenant", String, primary_key=True),
    Column("gone", String, nullable=False),
    Column("seen_at", Float, nullable=False),
)

audit_lines = Table(
    "audit_lines",
    metadata,
    Column("run_id", _RunId, ForeignKey("runs.run_id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("line", LargeBinary, nullable=False),
)
