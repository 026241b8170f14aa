"""Halts as people read them."""

from collections.abc import Iterator, Sequence

from reconciler.views.text.lines import Line, Style, line
from reconciler.views.wording import clean, several


def halt_text(halts: Sequence[str], *, lifted: bool) -> Iterator[Line]:
    """Yield a line for every halt, and one that sums them up."""
    for one in halts:
        yield line(f"  {clean(one, longest=400)}", Style.PLAIN if lifted else Style.WARN)
    if lifted:
        yield line(f"{several(len(halts), 'halt')} lifted.", Style.STRONG)
    elif halts:
        yield line(
            f"{several(len(halts), 'halt')} in force: no run sends another batch there.",
            Style.STRONG,
        )
    else:
        yield line("Nothing is halted.", Style.STRONG)
