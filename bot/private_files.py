"""Files with secrets: readable by their owner alone, and on the disk before anything is built on them."""

import os
from pathlib import Path


def write_private(file: Path, content: bytes) -> None:
    """Write a file that its owner alone can read, whole or not at all, and wait until it is on the disk.

    Raises:
        OSError: the folder cannot be written; what the file held before is still there.
    """
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
