"""Copies of a saved plan for other programs and for people, beside it."""

from collections.abc import Iterable
from pathlib import Path

from reconciler.domain.document import PlanDocument
from reconciler.planfile.private import check_place, private_file
from reconciler.views.machine import plan_json
from reconciler.views.presentation import Presentation
from reconciler.views.text.lines import render
from reconciler.views.text.plan import plan_text

_JSON, _TEXT = ".json", ".txt"


def write_copies(plan: PlanDocument, saved: Path, about: Presentation) -> dict[str, str]:
    """Write a plan as one JSON document and as full text; return both paths as outputs.

    Raises ReconcilerError when one cannot be written.
    """
    text = plan_text(plan, full=True, approve=about.approve)
    return {
        "json_plan_path": _written(saved, _JSON, plan_json(plan, about.code)),
        "text_plan_path": _written(saved, _TEXT, render(text, color=False)),
    }


def check_places(saved: Path, *, copied: bool) -> None:
    """Raise UsageError where a plan, or a copy of it, would replace what is no file."""
    for path in (saved, *(_beside(saved, one) for one in (_JSON, _TEXT) if copied)):
        check_place(path)


def _beside(saved: Path, suffix: str) -> Path:
    path = saved.with_suffix(suffix)
    # The plan itself must not be overwritten, whatever it is called.
    return saved.with_name(saved.name + suffix) if path == saved else path


def _written(saved: Path, suffix: str, pieces: Iterable[str]) -> str:
    path = _beside(saved, suffix)
    with private_file(path) as file:
        file.writelines(piece.encode("utf-8", "backslashreplace") for piece in pieces)
    return str(path)
