"""From the bytes of a side file to its text, and what it probably is if it is no text."""

import codecs
import re
from collections.abc import Iterator

from reconciler.manifests.side_files.report import Report
from reconciler.manifests.syntax.characters import forbidden, named

_LFS = b"version https://git-lfs.github.com/spec/"
_ARCHIVE = (
    "This is a workbook or an archive, not text.",
    "Export the sheet as CSV, or unpack the archive, and commit the text.",
)
_UTF_16 = (
    'This is UTF-16, which Excel calls "Unicode text".',
    'Save it as UTF-8; in Excel as "CSV UTF-8".',
)
# ZIP, which .xlsx is too; gzip; .xls; 7z; xz; Zstandard.
_ARCHIVES = (
    *(b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"),
    *(b"7z\xbc\xaf", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"),
)
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_EVERY_SECOND = re.compile(rb"(?s:[^\0]\0){4}|(?s:\0[^\0]){4}")

_USUAL = bytes(range(ord(" "), ord("~") + 1)) + b"\t\n\r"
_BREAKS = str.maketrans("\t", " ")


def decode_side(content: bytes, report: Report) -> str | None:
    r"""Return the text with ``\n`` at the end of lines and without a byte order mark.

    None, and what is wrong reported, if it is no UTF-8 text or holds a character that is not seen.
    """
    mistake = _not_text(content)
    if mistake:
        report.add(0, 0, *mistake)
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _report_encoding(content, error, report)
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    # Deleting bytes is quick; most files hold nothing but these, and need no closer look.
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    unusual = content.translate(None, _USUAL) != mark or "\r" in text
    return None if unusual and _report_characters(text, report) else text


def numbered(text: str) -> Iterator[tuple[int, str]]:
    r"""Yield each line with its number; what follows the last ``\n`` is one too."""
    # `split` would hold every line of a large file at once.
    start, number = 0, 1
    while (end := text.find("\n", start)) >= 0:
        yield number, text[start:end]
        start = end + 1
        number += 1
    yield number, text[start:]


def _not_text(content: bytes) -> tuple[str, str] | None:
    if content.startswith(_LFS):
        hint = "Run `git lfs pull`, in CI check out with LFS, or keep the ids in git itself."
        return "This is a Git LFS pointer; the file itself is not here.", hint
    if content.startswith(_ARCHIVES):
        return _ARCHIVE
    if content.startswith(_UTF_16_MARKS) or _EVERY_SECOND.match(content):
        return _UTF_16
    return None


def _report_encoding(content: bytes, error: UnicodeDecodeError, report: Report) -> None:
    # The error's own bytes: its offsets do not count a byte order mark at the start.
    before = error.object[: error.start].decode()
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    wrong = "".join(f"\\x{byte:02x}" for byte in error.object[error.start : error.end])
    message, hint = "Not valid UTF-8.", "Save the file as UTF-8."
    if _is_windows_1252(content):
        message = "Not UTF-8; this is probably Windows-1252, which Excel saves as plain CSV."
        hint = 'Save it as UTF-8; in Excel as "CSV UTF-8".'
    report.add(line, column, message, hint, wrong)


def _is_windows_1252(content: bytes) -> bool:
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\t\n\r\xa0" for character in text)


def _report_characters(text: str, report: Report) -> bool:
    """Report the first character of each line that a file may not hold; whether there is one."""
    found = False
    for number, line in numbered(text):
        wrong = forbidden(line.translate(_BREAKS)) if not line.isprintable() else ""
        if wrong:
            found = True
            message = f"The character {named(wrong)} is not allowed in a side file."
            hint = "Delete it; a side file holds only characters that are seen."
            if wrong == "\r":
                hint = "End lines with LF or CRLF."
            report.add(number, line.index(wrong) + 1, message, hint, wrong)
    return found
