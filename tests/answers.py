"""What an answer of the portal says."""

import io
import zipfile
from typing import Any


def text_of(answer: Any) -> str:
    """All text of an answer, of every part of a workbook too."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:2] != b"PK":
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
