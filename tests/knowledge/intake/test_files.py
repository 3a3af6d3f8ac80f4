"""Files that cannot be taken in are refused in words that say what to do, and nothing is changed."""

import io
import unicodedata
import zipfile
from pathlib import Path

import pytest
from docx import Document

from knowledge.intake import files
from knowledge.intake.files import LARGEST_FILE, read_file
from knowledge.reading import UnreadablePlan, page_at
from tests.knowledge.intake.papers import as_docx, as_pdf, in_old_letters, papers
from tests.knowledge.intake.pdf_writer import PdfWriter

WORDS = "Kế hoạch thực hiện công tác dân vận của các cơ quan, đơn vị trong năm 2025. Giao Văn phòng theo dõi, báo cáo."


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def word(*paragraphs: str) -> bytes:
    document, out = Document(), io.BytesIO()
    for words in paragraphs:
        document.add_paragraph(words)
    document.save(out)
    return out.getvalue()


def pdf(encrypted: bool = False, scanned: bool = False, columns: bool = False, pages: int = 1) -> bytes:
    paper = PdfWriter(encrypted=encrypted)
    for _ in range(pages):
        paper.page()
        if scanned:
            paper.picture()
        elif columns:
            for n in range(40):
                paper.text(60, 60 + n * 18, "các cơ quan đơn vị báo cáo kết quả")
                paper.text(320, 60 + n * 18, "tổ chức thực hiện công tác dân vận")
        else:
            paper.text(60, 60, WORDS[:70])
    return paper.data()


REFUSED = {
    "empty.txt": (b"", "is empty"),
    "blank.txt": (b" \n\n ", "is empty"),
    "signs.txt": (b"1 2 3 ...", "neither Vietnamese nor English"),
    "other.txt": ("Ceci est un texte en français sans rapport".encode(), "neither Vietnamese nor English"),
    "binary.txt": (WORDS.encode() + b"\x00\x01", "binary data"),
    "cut.txt": (WORDS.encode()[:-1] + "ạ".encode()[:2], "ends within a letter"),
    "bad16.txt": (b"\xff\xfe" + "Kế".encode("utf-16-le") + b"\x00", "not readable as utf-16"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "save it as .docx"),
    "locked.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    "rich.rtf": (b"{\\rtf1 x}", "rich text"),
    "page.html": (b"<!DOCTYPE html><p>x", "web page"),
    "scan.png": (b"\x89PNG\r\n", "picture"),
    "sheet.xlsx": (packed(xl__workbook=b"x"), "another packed file"),
    "table.csv": (WORDS.encode(), "only .txt, .md, .docx, .pdf"),
    "is_pdf.docx": (pdf(), "in truth a .pdf file"),
    "is_word.pdf": (word(WORDS), "in truth a .docx file"),
    "is_text.docx": (WORDS.encode(), "damaged or no .docx file"),
    "is_text.pdf": (WORDS.encode(), "damaged or no .pdf file"),
    "cut.docx": (word(WORDS)[:2000], "ends too early"),
    "cut.pdf": (pdf()[:400], "damaged"),
    "locked.pdf": (pdf(encrypted=True), "password"),
    "scan.pdf": (pdf(scanned=True), "no text layer"),
    "columns.pdf": (pdf(columns=True), "two columns"),
    "nothing.docx": (word(), "holds no text"),
    "broken.docx": (packed(**{"word__document.xml": b"<w:document"}), "damaged"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_read_is_refused_with_advice(name: str, tmp_path: Path) -> None:
    data, said = REFUSED[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadablePlan, match=said) as refused:
        read_file(tmp_path / name)
    assert name in str(refused.value) and str(refused.value).endswith(".")


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePlan, match="no such file"):
        read_file(tmp_path / "none.txt")
    with pytest.raises(UnreadablePlan, match="folder"):
        read_file(tmp_path)


def test_sizes_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(UnreadablePlan, match="20 MB"):
        read_file(large)
    bomb = tmp_path / "bomb.docx"
    bomb.write_bytes(packed(**{"word__document.xml": bytes(300 * 1024 * 1024)}))
    assert bomb.stat().st_size < 1024 * 1024
    with pytest.raises(UnreadablePlan, match="unpacks to 300 MB"):
        read_file(bomb)
    monkeypatch.setattr("knowledge.intake.pdf_document.MOST_PAGES", 2)
    (tmp_path / "long.pdf").write_bytes(pdf(pages=3))
    with pytest.raises(UnreadablePlan, match="3 pages"):
        read_file(tmp_path / "long.pdf")
    assert files.LARGEST_UNPACKED < 300 * 1024 * 1024


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-marked", "cp1258"])
def test_every_encoding_of_vietnamese_text_gives_the_same(encoding: str, tmp_path: Path) -> None:
    if encoding == "cp1258":
        data = tones_apart(WORDS).encode("cp1258")
    elif encoding == "utf-16-be-marked":
        data = b"\xfe\xff" + WORDS.encode("utf-16-be")
    else:
        data = WORDS.encode(encoding)
    (tmp_path / "kế hoạch có dấu cách.txt").write_bytes(data)
    assert read_file(tmp_path / "kế hoạch có dấu cách.txt").text == WORDS


def tones_apart(text: str) -> str:
    """Return `text` with each tone a character of its own behind its letter, as Windows-1258 has it."""
    out = ""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323")
        out += unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones)) + tones
    return out


@pytest.mark.parametrize("letters", ["tcvn3", "vni"])
@pytest.mark.parametrize("kind", ["txt", "docx", "pdf"])
def test_legacy_letters_become_unicode_whatever_the_file(letters: str, kind: str, tmp_path: Path) -> None:
    old = in_old_letters(WORDS, letters)
    path = tmp_path / f"a.{kind}"
    if kind == "pdf":
        paper = PdfWriter()
        paper.page()
        for n, part in enumerate((old[:66], old[66:])):
            paper.text(60, 60 + 18 * n, part, font=".VnTime" if letters == "tcvn3" else "VNI-Times")
        path.write_bytes(paper.data())
    else:
        path.write_bytes(word(old) if kind == "docx" else old.encode("cp1252"))
    assert " ".join(read_file(path).text.split()) == WORDS


def test_the_pages_of_a_pdf_are_known(tmp_path: Path) -> None:
    paper = next(paper for paper in papers() if paper["format"] == "pdf")
    (tmp_path / "a.pdf").write_bytes(as_pdf(paper))
    text = read_file(tmp_path / "a.pdf").text
    assert page_at(text, text.index("CHỈ THỊ")) == 1
    assert page_at(text, text.index("Trịnh Thị Hòa")) == text.count("\f") + 1 >= 2
    assert paper["describes"]["title"][:40] not in text[text.index("\f") :]
    assert page_at("Không có trang.", 5) is None


def test_a_picture_among_pages_and_a_text_box_are_doubted(tmp_path: Path) -> None:
    paper = PdfWriter()
    paper.page()
    paper.text(60, 60, WORDS[:70])
    paper.page()
    paper.picture()
    (tmp_path / "a.pdf").write_bytes(paper.data())
    assert any("page 2 has no text" in doubt for doubt in read_file(tmp_path / "a.pdf").doubts)


def test_a_word_paper_keeps_numbers_tables_and_footnotes(tmp_path: Path) -> None:
    by_id = {paper["id"]: paper for paper in papers()}
    (tmp_path / "a.docx").write_bytes(as_docx(by_id["huong-dan-mat-tran-2025"]))
    text = read_file(tmp_path / "a.docx").text
    assert "\nIII. QUY TRÌNH\n" in text and "\nb) Được ít nhất 70 %" in text and "\n- Giúp thêm" in text
    assert "thừa nhận.<sup>1</sup>\n\n<sup>1</sup> Không xét" in text
    (tmp_path / "b.docx").write_bytes(as_docx(by_id["ke-hoach-thanh-my-2025"]))
    assert "\n| 2 | Trồng cây xanh dọc kênh Sáu Nhỏ |" in read_file(tmp_path / "b.docx").text
