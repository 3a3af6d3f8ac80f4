"""A small writer of PDF files: words at places, ruled lines, pictures; its fonts have names but no shapes."""

import zlib
from dataclasses import dataclass, field

SIZE = 13.0
WIDTH = 0.5  # of each letter, in letter heights
PAGE = (595.0, 842.0)


@dataclass
class PdfWriter:
    """Collects pages; places in points from the left and the top."""

    encrypted: bool = False
    pages: list[list[str]] = field(default_factory=list)
    fonts: dict[str, str] = field(default_factory=dict)
    letters: dict[str, int] = field(default_factory=dict)
    pictures: set[int] = field(default_factory=set)

    def page(self) -> None:
        self.pages.append([])

    def text(self, x: float, top: float, words: str, size: float = SIZE, font: str = "TimesNewRoman") -> None:
        name = self.fonts.setdefault(font, f"F{len(self.fonts)}")
        codes = "".join(f"{self.letters.setdefault(letter, len(self.letters) + 1):04x}" for letter in words)
        self.pages[-1].append(f"BT /{name} {size} Tf {x:.1f} {PAGE[1] - top - size:.1f} Td <{codes}> Tj ET")

    def line(self, x0: float, top0: float, x1: float, top1: float) -> None:
        self.pages[-1].append(f"0.5 w {x0:.1f} {PAGE[1] - top0:.1f} m {x1:.1f} {PAGE[1] - top1:.1f} l S")

    def picture(self) -> None:
        self.pictures.add(len(self.pages) - 1)
        self.pages[-1].append("q 400 0 0 600 90 100 cm /Im0 Do Q")

    def data(self) -> bytes:
        objects: list[bytes] = []

        def add(content: str | bytes) -> int:
            objects.append(content if isinstance(content, bytes) else content.encode("latin-1"))
            return len(objects)

        def stream(content: bytes, more: str = "") -> bytes:
            packed = zlib.compress(content)
            head = f"<< /Length {len(packed)} /Filter /FlateDecode {more}>>\nstream\n".encode()
            return head + packed + b"\nendstream"

        catalog, tree = add("<< /Type /Catalog /Pages 2 0 R >>"), add("")
        rows = [f"<{code:04x}> <{letter.encode('utf-16-be').hex()}>" for letter, code in self.letters.items()]
        blocks = [rows[n : n + 100] for n in range(0, len(rows), 100)]
        chars = "\n".join(f"{len(b)} beginbfchar\n" + "\n".join(b) + "\nendbfchar" for b in blocks)
        begin = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        ranges = "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        unicode = add(stream(f"{begin}{ranges}{chars}\nendcmap end end".encode()))
        fonts = ""
        for font, name in self.fonts.items():
            about = add(
                f"<< /Type /FontDescriptor /FontName /{font} /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 "
                "/Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>"
            )
            system = "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
            cid = add(
                f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{font} /CIDSystemInfo {system} "
                f"/FontDescriptor {about} 0 R /DW {int(WIDTH * 1000)} /CIDToGIDMap /Identity >>"
            )
            whole = add(
                f"<< /Type /Font /Subtype /Type0 /BaseFont /{font} /Encoding /Identity-H "
                f"/DescendantFonts [{cid} 0 R] /ToUnicode {unicode} 0 R >>"
            )
            fonts += f"/{name} {whole} 0 R "
        grey = "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 "
        image = add(stream(b"\x80", grey))
        kids = []
        for page in self.pages:
            content = add(stream("\n".join(page).encode()))
            resources = f"<< /Font << {fonts}>> /XObject << /Im0 {image} 0 R >> >>"
            kids.append(
                add(
                    f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {PAGE[0]:.0f} {PAGE[1]:.0f}] "
                    f"/Resources {resources} /Contents {content} 0 R >>"
                )
            )
        objects[tree - 1] = (
            f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>".encode()
        )
        out, places = b"%PDF-1.5\n", []
        for number, content in enumerate(objects, start=1):
            places.append(len(out))
            out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
        table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{at:010} 00000 n \n" for at in places)
        lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >> "
        key = f"/ID [<{'00' * 16}> <{'00' * 16}>] "
        trailer = f"trailer << /Size {len(objects) + 1} /Root {catalog} 0 R {key}{lock if self.encrypted else ''}>>\n"
        return out + f"{table}{trailer}startxref\n{len(out)}\n%%EOF\n".encode()
