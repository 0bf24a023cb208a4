"""Documents that are XML in a zip, made by hand."""

import io
import zipfile
from collections.abc import Mapping

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_STYLES = (
    f'<w:styles {W}><w:style w:styleId="a3"><w:name w:val="Title"/></w:style>'
    '<w:style w:styleId="a4"><w:name w:val="toc 1"/></w:style></w:styles>'
)
_CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def paragraph(text: str, style: str = "") -> str:
    """Return a paragraph of Word."""
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{look}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def word(body: str, **others: str) -> bytes:
    """Return a document of Word with this body."""
    document = f'<?xml version="1.0"?><w:document {W}><w:body>{body}</w:body></w:document>'
    parts = {"[Content_Types].xml": _TYPES, "word/document.xml": document}
    return packed(parts | {"word/styles.xml": _STYLES, "word/header1.xml": f"<w:hdr {W}>"
                           f"{paragraph('A head')}</w:hdr>"} | others)  # fmt: skip


def book(chapters: Mapping[str, str], *, metadata: str = "") -> bytes:
    """Return an EPUB of XHTML chapters."""
    items = "".join(f'<item id="{name}" href="{name}.xhtml"/>' for name in chapters)
    spine = "".join(f'<itemref idref="{name}"/>' for name in chapters)
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata>{metadata}</metadata><manifest>{items}</manifest><spine>{spine}</spine>"
        "</package>"
    )
    pages = {
        f"OEBPS/{name}.xhtml": '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">'
        f"<head><title/></head><body>{chapter}</body></html>"
        for name, chapter in chapters.items()
    }
    head = {"mimetype": "application/epub+zip", "META-INF/container.xml": _CONTAINER}
    return packed(head | {"OEBPS/book.opf": opf} | pages)
