"""What the documentation promises for later versions; named, so that it is refused clearly."""

COMMANDS = frozenset(
    {
        "resume",
        "recheck",
        "history",
        "halt",
        "keys",
        "comment",
        "ledger",
        "webhook",
    }
)
"""Commands that are not built yet."""

AUDIT_COMMANDS = frozenset({"export", "certificate"})
"""Commands of ``audit`` that are not built yet."""

OPTIONS = frozenset(
    {
        "--stop-after",
        "--skip-unknown",
        "--results",
        "--keys",
    }
)
"""Options that are not built yet."""

FORMATS = ("markdown", "html", "github", "junit", "sarif")
"""Formats that are not built yet."""

VARIABLES = frozenset({"SIGNING_KEY", "WEBHOOK_URL"})
"""Environment variables, without their prefix, whose effect is not built yet."""

REFUSAL = "is not supported by this version"
