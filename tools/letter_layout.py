"""Make templates/documents/letter.docx, the Word layout that the letters are filled into (GB/T 9704—2012).

Run after changing the layout here: .venv/bin/python tools/letter_layout.py
"""

from pathlib import Path

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

OUT = Path(__file__).parent.parent / "templates" / "documents" / "letter.docx"
TITLE_FONT, BODY_FONT = "方正小标宋简体", "仿宋_GB2312"
RED, GREY = RGBColor(0xD7, 0x00, 0x0F), RGBColor(0x96, 0x96, 0x96)
LINE = Pt(28.95)
COLUMNS_MM = (40, 24, 28, 40, 24)


def write(paragraph: Paragraph, text: str, size: float, font: str = BODY_FONT) -> Paragraph:
    """Add a run of that size and font to the paragraph and return the paragraph."""
    run = paragraph.add_run(text)
    run.font.size, run.font.name = Pt(size), "Times New Roman"
    run._element.get_or_add_rPr().rFonts.set(qn("w:eastAsia"), font)
    return paragraph


def shape(paragraph: Paragraph, align: WD_ALIGN_PARAGRAPH, *, line: Pt | None = LINE) -> Paragraph:
    """Set alignment and line pitch and return the paragraph."""
    paragraph.alignment = align
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    if line is not None:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, line
    return paragraph


def ruled(paragraph: Paragraph, edge: str, eighths: int, colour: str) -> None:
    """Draw a line at an edge of the paragraph, its width in eighths of a point."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement(f"w:{edge}")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "6"), ("color", colour)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    properties = paragraph._element.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:spacing", "w:ind", "w:jc", "w:rPr")


def page_number(paragraph: Paragraph) -> None:
    """Write “— n —” into the footer."""
    write(paragraph, "— ", 14)
    run = write(paragraph, "", 14).runs[-1]
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._element.append(part)
    write(paragraph, " —", 14)


def build() -> None:
    """Write the layout."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin, section.footer_distance = Mm(28), Mm(26), Mm(25)
    centre, left, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT
    page_number(shape(section.footer.paragraphs[0], centre, line=None))

    head = shape(write(document.add_paragraph(), "{{ organ }}", 36, TITLE_FONT), centre, line=None)
    head.runs[0].font.color.rgb = RED
    head.paragraph_format.space_after = Pt(24)
    number = shape(write(document.add_paragraph(), "{{ number }}", 16), centre)
    ruled(number, "bottom", 14, "D7000F")
    shape(document.add_paragraph(), centre)
    shape(write(document.add_paragraph(), "{{ title }}", 22, TITLE_FONT), centre, line=Pt(34))
    shape(document.add_paragraph(), centre)
    addressed(document)
    listing(document)
    closing(document, left, right)
    document.core_properties.author = document.core_properties.title = ""
    document.save(str(OUT))


def addressed(document: Document) -> None:
    """Write whom it is sent to, and the text."""
    justified = WD_ALIGN_PARAGRAPH.JUSTIFY
    shape(document.add_paragraph("{%p if to %}"), justified)
    shape(write(document.add_paragraph(), "{{ to }}：", 16), WD_ALIGN_PARAGRAPH.LEFT)
    shape(document.add_paragraph("{%p endif %}"), justified)
    shape(document.add_paragraph("{%p for one in paragraphs %}"), justified)
    text = shape(write(document.add_paragraph(), "{{ one }}", 16), justified)
    text.paragraph_format.first_line_indent = Pt(32)
    shape(document.add_paragraph("{%p endfor %}"), justified)


def listing(document: Document) -> None:
    """Write the list of tickets, left out when there are no rows."""
    document.add_paragraph("{%p if rows %}")
    table = document.add_table(rows=4, cols=len(COLUMNS_MM))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for row, make in enumerate(
        (
            lambda at: f"{{{{ head[{at}] }}}}",
            lambda at: "{%tr for row in rows %}" if at == 0 else "",
            lambda at: f"{{{{ row[{at}] }}}}",
            lambda at: "{%tr endfor %}" if at == 0 else "",
        )
    ):
        for at, width in enumerate(COLUMNS_MM):
            cell = table.cell(row, at)
            cell.width = Mm(width)
            shape(write(cell.paragraphs[0], make(at), 10.5), WD_ALIGN_PARAGRAPH.CENTER, line=None)
    document.add_paragraph("{%p endif %}")


def closing(document: Document, left: WD_ALIGN_PARAGRAPH, right: WD_ALIGN_PARAGRAPH) -> None:
    """Write office, date, place of the seal, and the imprint."""
    shape(document.add_paragraph(), left)
    for text in ("{{ organ }}", "{{ date }}"):
        line = shape(write(document.add_paragraph(), text, 16), right)
        line.paragraph_format.right_indent = Pt(64 if text == "{{ date }}" else 40)
        line.paragraph_format.keep_with_next = True
    seal = shape(write(document.add_paragraph(), "（印章）", 10.5), right, line=None)
    seal.runs[0].font.color.rgb, seal.paragraph_format.right_indent = GREY, Pt(86)
    shape(document.add_paragraph(), left)
    document.add_paragraph("{%p if cc %}")
    copy = shape(write(document.add_paragraph(), "抄送：{{ cc }}。", 14), left)
    ruled(copy, "top", 8, "000000")
    document.add_paragraph("{%p endif %}")
    imprint = shape(write(document.add_paragraph(), "{{ organ }}\t{{ date }}印发", 14), left)
    imprint.paragraph_format.tab_stops.add_tab_stop(Mm(154), 2)
    ruled(imprint, "top", 6, "000000")


if __name__ == "__main__":
    build()
