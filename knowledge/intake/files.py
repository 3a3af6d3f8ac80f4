"""From the file of a plan to its text: what kind of file it is, whether it can be read, and by which reader."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from knowledge.intake.extracted import Extracted
from knowledge.intake.legacy_letters import is_readable
from knowledge.intake.plain_text import read_plain_text
from knowledge.reading import UnreadablePlan, fold

KINDS = (".txt", ".md", ".docx", ".pdf")
LARGEST_FILE = 20 * 1024 * 1024
"""Bytes of a file, at most: a paper of hundreds of pages has less, unless it is made of pictures."""

LARGEST_UNPACKED = 200 * 1024 * 1024
"""Bytes that a .docx may unpack to, at most."""

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_NAME = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS = "Open it in Word or LibreOffice and save it as .docx"


def read_file(path: Path) -> Extracted:
    """Return the text of a plan's file.

    Raises:
        UnreadablePlan: it is missing, too large, damaged, protected, no kind that is read, or holds no text in
            Vietnamese or English; the message says what to do.
    """
    data = _bytes_of(path)
    kind = _kind(path.name, data)
    if path.suffix.lower() != kind and not (kind == ".txt" and path.suffix.lower() == ".md"):
        raise UnreadablePlan(f"{path.name} is in truth a {kind} file. Rename it to {path.stem}{kind} and add it again.")
    extracted = _reader(kind)(path.name, data)
    if not fold(extracted.text):
        raise UnreadablePlan(f"{path.name}: the file holds no text.")
    if not is_readable(extracted.text):
        raise UnreadablePlan(
            f"{path.name}: what was read is neither Vietnamese nor English. If the paper is, its letters are stored in "
            "a way that is not known here: save it as .docx with a Unicode font, such as Times New Roman."
        )
    return extracted


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise UnreadablePlan(f"{path} is a folder. Name one file.")
        if size > LARGEST_FILE:
            limit = LARGEST_FILE // 1024 // 1024
            raise UnreadablePlan(
                f"{path.name} has {size / 1024 / 1024:.0f} MB; more than {limit} MB are not read. "
                "If it is a scan or holds pictures, save its text alone as .docx or .txt."
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnreadablePlan(f"{path}: there is no such file. Check the path.") from None
    except OSError as error:
        raise UnreadablePlan(f"{path}: cannot be opened ({error.strerror}).") from error
    if not data.strip():
        raise UnreadablePlan(f"{path.name}: the file is empty.")
    return data


def _kind(name: str, data: bytes) -> str:
    """Return the suffix that fits the content, whatever the file is called."""
    if b"%PDF-" in data[:1024]:
        return ".pdf"
    if data.startswith(_ZIP):
        return _kind_of_zip(name, data)
    if data.startswith(_OLE):
        if _ENCRYPTED_NAME in data:
            raise UnreadablePlan(f"{name} is protected by a password. Save it without one and add it again.")
        raise UnreadablePlan(f"{name} is an old Office file (.doc, .xls). {_SAVE_AS}.")
    if data.startswith(b"{\\rtf"):
        raise UnreadablePlan(f"{name} is a rich text file (.rtf). {_SAVE_AS}.")
    if data[:512].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise UnreadablePlan(f"{name} is a web page. {_SAVE_AS}, or as .txt.")
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")):
        raise UnreadablePlan(f"{name} is a picture. Have its text recognised (OCR) or typed, and save that as .docx.")
    if Path(name).suffix.lower() not in KINDS:
        raise UnreadablePlan(f"{name}: only {', '.join(KINDS)} files are read. {_SAVE_AS}, or as .txt.")
    if Path(name).suffix.lower() in (".docx", ".pdf"):
        raise UnreadablePlan(f"{name} is damaged or no {Path(name).suffix} file. Open it, save it anew, add it again.")
    return ".txt"


def _kind_of_zip(name: str, data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadablePlan(f"{name} is damaged: it ends too early. Fetch or save it anew.") from error
    unpacked = sum(member.file_size for member in members)
    if unpacked > LARGEST_UNPACKED:
        size = unpacked // 1024 // 1024
        raise UnreadablePlan(f"{name} unpacks to {size} MB, which no plan does; it was not opened.")
    if not any(member.filename == "word/document.xml" for member in members):
        raise UnreadablePlan(f"{name} is no Word paper but another packed file (a workbook, an archive). {_SAVE_AS}.")
    return ".docx"


def _reader(kind: str) -> Callable[[str, bytes], Extracted]:
    """Return the reader of a kind; those of Word and PDF load large libraries, for which no other command waits."""
    if kind == ".docx":
        from knowledge.intake.word_document import read_word

        return read_word
    if kind == ".pdf":
        from knowledge.intake.pdf_document import read_pdf

        return read_pdf
    return read_plain_text
