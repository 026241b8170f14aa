"""Where in the code of the program something stands."""

import re
from pathlib import Path

import reconciler

_CODE = Path(reconciler.__file__).parent


def places(pattern: str) -> list[str]:
    """Return the modules in whose text a pattern is found, once for each time.

    The sandbox is left out: it is the other end.
    """
    return sorted(
        str(source.relative_to(_CODE))
        for source in _CODE.rglob("*.py")
        if _CODE / "sandbox" not in source.parents
        for _ in re.finditer(pattern, source.read_text(encoding="utf-8"))
    )
