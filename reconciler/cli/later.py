"""What the documentation promises for later versions; named, so that it is refused clearly."""

COMMANDS = frozenset(
    {
        "keys",
    }
)
"""Commands that are not built yet."""

AUDIT_COMMANDS = frozenset({"export", "certificate"})
"""Commands of ``audit`` that are not built yet."""

OPTIONS = frozenset(
    {
        "--keys",
    }
)
"""Options that are not built yet."""

FORMATS = ("html", "github", "junit", "sarif")
"""Formats that are not built yet."""

VARIABLES = frozenset({"SIGNING_KEY"})
"""Environment variables, without their prefix, whose effect is not built yet."""

REFUSAL = "is not supported by this version"
