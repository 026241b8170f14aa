"""The page that every report is: its templates, styles and script in one file, under a policy.

All of it is ASCII, so that no encoding of an output can change what the policy's hashes cover.
"""

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from reconciler.domain.inert import inert
from reconciler.views.wording import several

_STYLES = ("tokens", "layout", "parts", "charts", "table", "print")
_SCRIPTS = (
    *("columns", "store", "view", "search", "elements", "cells", "details"),
    *("offsets", "rows", "table", "controls", "conveniences", "main"),
)
"""In the order in which they are put together: one scope, no globals."""
_LONGEST = 20_000
"""Characters of one text on the page; only commands are long."""


def page(template: str, **values: object) -> Iterator[str]:
    """Yield a page, piece by piece; values may be iterated over while they come into being."""
    made = _environment().get_template(template)
    style, script = _style(), _script()
    pieces = made.generate(
        **values,
        style=Markup(style),  # noqa: S704 - package data
        script=Markup(script),  # noqa: S704 - package data
        policy=content_policy(style, script),
    )
    return map(_ascii, pieces)


def content_policy(style: str, script: str) -> str:
    """Return the policy under which nothing is loaded, sent or run but these two."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _style() -> str:
    return "\n".join(_part("styles", f"{name}.css") for name in _STYLES)


@cache
def _script() -> str:
    parts = "\n".join(_part("scripts", f"{name}.js") for name in _SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}\n}})();\n'


def _part(folder: str, name: str) -> str:
    return files(__package__).joinpath(folder, name).read_text(encoding="ascii")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: _part("templates", name)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["sentence"] = lambda words: words[:1].upper() + words[1:]
    environment.filters["linked"] = lambda name: quote(inert(name, longest=_LONGEST), safe="")
    environment.filters["several"] = several
    environment.filters["grouped"] = lambda number: f"{number:,}"
    return environment


def _shown(value: Any) -> Any:  # noqa: ANN401 - whatever a template shows
    """Make every text that a template shows inert; escaping comes after it."""
    return value if isinstance(value, Markup | int) else inert(str(value), longest=_LONGEST)


def _ascii(piece: str) -> str:
    return piece.encode("ascii", "xmlcharrefreplace").decode("ascii")
