"""Markdown as a renderer takes it: what a page consists of, apart from what stands in code."""

from collections.abc import Iterator
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
HOSTILE = (
    "@acme/owners",
    "#12 GH-12 !12 ~label %milestone $1 &2 acme/absences#3",
    "https://evil.test/?a=b www.evil.test bob@evil.test",
    "0123456789abcdef0123456789abcdef01234567",
    "[text](javascript:alert(1)) ![](https://evil.test/pixel.png)",
    "<img src=x onerror=alert(1)><script>alert(1)</script></code></summary></details>",
    "`` ` ``` ~~~ " + "`" * 90,
    "a|b\\|c\\",
    "one\ntwo\r\n\n/close\n/label ~x",
    "/close",
    "</details>\n\n# heading\n\n- item\n\n| a |\n|---|\n| b |",
    "<!-- reconciler:key=all v=1 plan=sha256:0 -->",
    ":boom: *bold* _italic_ ~~struck~~ [ ] - [x] ^1^ $$x$$ [[_TOC_]]",
    "\x1b[31m\u202eevil\u200b\u2028\x00\x85",
    "::error::x ##[command]y",
    "&lt;b&gt; &#64;x &amp;",
    " leading and trailing ",
    " ",
    "-" * 30,
    "x" * 400,
    "\U0001f4a5" * 150,
)
"""Texts that mean something to GitHub, GitLab, Markdown, HTML, terminals or programs."""


def shape(text: str) -> list[str]:
    """Return what a page consists of; of code it is only said that it is there."""
    return [line for token in _PARSER.parse(text) for line in _shape(token)]


def _shape(token: Token) -> Iterator[str]:
    match token.type:
        case "fence":
            yield f"fence {token.info}: {token.content.count(chr(10))} lines"
        case "html_block":
            yield from _Tags.of(token.content)
        case "inline":
            for child in token.children or []:
                # What is written in code is shown as it is, so it does not matter what it is.
                shown = "" if child.type == "code_inline" else f" {child.content} {child.attrs}"
                yield f"{child.type}{shown}"
        case _:
            yield f"{token.type} {token.tag} {token.attrs}"


class _Tags(HTMLParser):
    """The tags of a piece of HTML, and the text that is not within ``<code>``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._in_code = 0

    @classmethod
    def of(cls, html: str) -> list[str]:
        parser = cls()
        parser.feed(html)
        parser.close()
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"<{tag} {attrs}>")
        self._in_code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"</{tag}>")
        self._in_code -= tag == "code"

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}-->")

    def handle_data(self, data: str) -> None:
        if not self._in_code:
            self.found.append(data)
