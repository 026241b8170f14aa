"""The one layout of a manifest: keys in order, ids sorted, quotes where YAML would guess a type.

- Keys stand in the order of ``shapes``; unknown ones follow, as they are written.
- ``tasks`` and ``records`` are sorted by id, then phone number, then external id, and stand in
  lines, not in brackets. Comments above an entry or behind it travel with it; those above the
  first entry stay if a blank line follows them. Blank lines between entries go.
- GUIDs that are ids are in lower case.
- A text that YAML would read as something else gets double quotes around what is written; quotes
  that are there stay as they are, needed or not.
- Other values in brackets stay so if they are on one line.
"""

from collections.abc import Sequence

from reconciler.manifests.formatting.outline import BLANK, Block, Entry, Leaf, Outline, Value
from reconciler.manifests.shapes.check import keys_of, shape_at
from reconciler.manifests.shapes.fields import Shape
from reconciler.manifests.shapes.texts import takes_text
from reconciler.manifests.syntax.nodes import Scalar
from reconciler.manifests.syntax.quoting import reading
from reconciler.manifests.values.identifiers import is_guid

LISTS = ("tasks", "records")
ENTRY_KEYS = ("id", "phoneNumber", "externalProvider", "externalId", "note")
_GUIDS = (("spec", "recordList"), ("spec", "tenant"), ("spec", "lookup", "lead"))


def arrange(outline: Outline, shapes: Sequence[type[Shape]]) -> None:
    """Bring the documents of a file into the canonical form; ``shapes`` has one for each."""
    for page, shape in zip(outline.pages, shapes, strict=True):
        root = page.root.value
        if isinstance(root, Block):
            root.flow = root.flow and not root.entries
            if not root.is_list:
                _arrange_document(root, shape)
        _open_lines(page.root)


def _arrange_document(root: Block, shape: type[Shape]) -> None:
    for path in _GUIDS:
        _lower(root.at(*path))
    spec = root.at("spec")
    for key in LISTS:
        found = root.at("spec", key)
        if isinstance(spec, Block) and isinstance(found, Block) and found.entries:
            spec.flow = found.flow = False
            _arrange_list(found)
    _arrange_fields(root, shape)


def _arrange_fields(block: Block, shape: type[Shape]) -> None:
    """Order the keys of a mapping, and quote its texts, all the way down."""
    for entry in block.entries:
        key = entry.key.value if entry.key else ""
        if takes_text(shape, key):
            _quote(entry.value)
        inner = shape_at(shape, (key,))
        if inner is not shape and isinstance(entry.value, Block):
            for one in _mappings(entry.value):
                _arrange_fields(one, inner)
    order_keys(block, keys_of(shape))


def _mappings(block: Block) -> list[Block]:
    """Return a mapping, or those that a list consists of."""
    inside = [one.value for one in block.entries] if block.is_list else [block]
    return [one for one in inside if isinstance(one, Block) and not one.is_list]


def order_keys(block: Block, keys: Sequence[str]) -> None:
    """Put the entries of a mapping into the order of keys; unknown ones keep theirs, behind."""
    places = {key: place for place, key in enumerate(keys)}
    block.entries.sort(key=lambda one: places.get(one.key.value if one.key else "", len(places)))


def _arrange_list(block: Block) -> None:
    if not block.is_list:
        return
    first = block.entries[0]
    if BLANK in first.lead:
        after = len(first.lead) - first.lead[::-1].index(BLANK)
        block.head, first.lead = first.lead[:after], first.lead[after:]
    for entry in block.entries:
        entry.lead = [line for line in entry.lead if line]
        value = entry.value
        if isinstance(value, Block):
            _arrange_entry(value)
        else:
            _quote(value)
            _lower(value)
    block.entries.sort(key=_rank)


def _arrange_entry(block: Block) -> None:
    for key in ENTRY_KEYS:
        found = block.at(key)
        if found:
            _quote(found)
    _lower(block.at("id"))
    if not block.is_list:
        order_keys(block, ENTRY_KEYS)


def _rank(entry: Entry) -> tuple[int, str, str]:
    value = entry.value
    if isinstance(value, Leaf):
        return 0, value.value.lower(), ""
    texts = [text_of_leaf(value.at(key)) for key in ENTRY_KEYS]
    kinds = ((texts[0].lower(), ""), (texts[1], ""), (texts[2], texts[3]))
    for number, (one, other) in enumerate(kinds):
        if one or other:
            return number, one, other
    return len(kinds), "", ""


def text_of_leaf(value: Value | None) -> str:
    """Return the text of a single value; empty if it is none."""
    return value.value if isinstance(value, Leaf) else ""


def _quote(value: Value) -> None:
    if isinstance(value, Block):
        for entry in value.entries if value.is_list else ():
            _quote(entry.value)
    elif value.written and not value.style and reading(value.value):
        value.written, value.more, value.style = f'"{value.value}"', [], '"'


def _lower(value: Value | None) -> None:
    if not isinstance(value, Leaf) or value.more or value.value == value.value.lower():
        return
    if is_guid(Scalar(value.value, value.written, value.style, value.line, 0)):
        value.written, value.value = value.written.lower(), value.value.lower()


def _open_lines(entry: Entry) -> None:
    """Give a value that is in brackets over several lines a line for each of its entries."""
    value = entry.value
    if not isinstance(value, Block):
        return
    if value.flow and not value.entries:
        entry.lead += value.foot
        value.foot = []
    value.flow = value.flow and (value.compact or not value.entries)
    if not value.flow:
        for one in value.entries:
            _open_lines(one)
