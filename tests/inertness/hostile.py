"""Text that wants to be more than text, in every language that our output is read in."""

from hypothesis import strategies as st

CANARY = "Canary"
"""Stands in every hostile text, so that it can be found again where it ends up."""

PIECES = (
    # people and places, in Markdown
    "@everyone",
    "#1",
    "octo/repo#2",
    "!3",
    "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
    "https://example.com/",
    ":tada:",
    "/close",
    # Markdown and HTML
    "`",
    "```",
    "~~~",
    "\n\n# Heading\n\n",
    "\n- item",
    "\n| a | b |",
    "|",
    "[click](https://example.com)",
    "![seen](https://example.com/seen.png)",
    "<https://example.com>",
    "**bold**",
    "<!-- reconciler -->",
    "</code></details>",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script>",
    "&lt;b&gt;",
    "]]>",
    "<failure/>",
    # workflow commands
    "::error::x",
    "\n::error file=a,line=1::x",
    "\r::set-output name=digest::x",
    "\n  ::stop-commands::token",
    "\n::endgroup::",
    "##[group]x",
    "##[add-mask]a",
    "%0A::error::x",
    ",title=x::",
    # terminals
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\x9b31m",
    "\x00",
    "\x08\x08",
    "\r",
    "\u202e",
    "\u2066",
    "\u200b",
    "\ufeff",
    "\u2028",
    "\x85",
    "\ud800",
    "\ufffe",
    # spreadsheets
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    '"',
    ",",
    ";",
    # YAML, JSON and templates
    "\n---\nkind: Policy",
    "\n...\n",
    "!!python/object:x",
    "&a *a",
    "'",
    "\\",
    '"}',
    "{{7*7}}",
    "${{ secrets.X }}",
    "{0}",
)


def hostile(piece: str) -> str:
    """Return a text that begins and ends with a piece, and can be found again."""
    return f"{piece}{CANARY}{piece}"


TEXTS = tuple(map(hostile, PIECES))
anything = (
    st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=6).map("".join).map(hostile)
)
"""Any of them together, with any other characters between."""
