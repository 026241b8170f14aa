"""What the documentation promises for later versions; named, so that it is refused clearly."""

COMMANDS = frozenset(
    {
        "comment",
    }
)
"""Commands that are not built yet."""

FORMATS = ("markdown", "html", "github", "junit", "sarif")
"""Formats that are not built yet."""

REFUSAL = "is not supported by this version"
