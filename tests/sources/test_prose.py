"""Prose of a field: markup, entities and escapes resolved, and nothing else touched."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sources import RejectReason
from index.sources.prose import prose
from index.sources.rejects import Refused

PERSIAN = "شورای شهر بودجه را تصویب کرد؛ «هزینه‌ها» بیشتر می‌شود."


@pytest.mark.parametrize(
    "text",
    [
        PERSIAN,
        "  two  spaces\n\nand lines \n",
        "a < b and c > d",
        "R&D at AT&T; see https://x.example/?a=1&copy=2&lt=3",
        "std::vector<int> x; if (a<b && c>d) return;",
        "the <b> tag, <3 and a <word>",
        r"C:\new\table.txt",
        "as he said [sic], see [1] and [تصویر], a[n] = b",
        "Le «CAFÉ’» à Paris, où l’été",
        r"the escape \u200c is a joiner",
    ],
)
def test_text_that_only_mentions_signs_is_verbatim(text: str) -> None:
    """Comparisons, names, code, paths, brackets and accents are no markup and no damage."""
    assert text == prose(text)


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("<p>One</p><p>Two &amp; <b>three</b></p>", "One\nTwo & three"),
        ("one<br>two<BR/>three", "one\ntwo\nthree"),
        ("first <strong>line</strong>\nsecond", "first line\nsecond"),
        ("<img src='a.jpg'> A caption\n\nA paragraph", "A caption\nA paragraph"),
        ("<script>if (a<b) x()</script><style>p{}</style><p>One</p>", "One"),
        ("<!-- wp:paragraph --><p>One</p><!-- /wp:paragraph -->", "One"),
        ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", "One\nTwo"),
        ("&amp;lt;p&amp;gt;One&amp;lt;/p&amp;gt;", "One"),
        ("<p>Write &lt;b&gt;x&lt;/b&gt;</p>", "Write <b>x</b>"),
        ("<p>3 &lt; 4 &amp;ndash; yes</p>", "3 < 4 – yes"),
        ("R&amp;D &quot;x&quot; &amp;mdash; y", 'R&D "x" — y'),
        ("هزینه&zwnj;ای و رفت&#8204;وآمد &laquo;x&raquo;", "هزینه\u200cای و رفت\u200cوآمد «x»"),
    ],
)
def test_markup_and_entities_are_resolved(stored: str, text: str) -> None:
    """Blocks become lines, tags and scripts go, entities are resolved, also if escaped twice."""
    assert text == prose(stored)


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        (r"One.\nTwo.\n\nThree\r\nFour", "One.\nTwo.\nThree\nFour"),
        (r"یک\nدو", "یک\nدو"),
        ("یک.[n]دو[n]سه", "یک.\nدو\nسه"),
        (r"\u0634\u0648\u0631\u0627\u06cc \u0634\u0647\u0631" * 3, "شورای شهر" * 3),
    ],
)
def test_escapes_of_another_program_are_resolved(stored: str, text: str) -> None:
    """Breaks and letters that were escaped once too often become what they stand for."""
    assert text == prose(stored)


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ('[caption id="a" width="3"]A bridge[/caption]\n\nText [sic].', "A bridge\n\nText [sic]."),
        ("[vc_row][vc_column]Text[/vc_column][/vc_row]", "Text"),
        ("[gallery]Text [newsletter form='7']", "Text "),
        ("The text breaks … [+2310 chars]", "The text breaks"),
    ],
)
def test_shortcodes_go(stored: str, text: str) -> None:
    """Marks of WordPress shortcodes and of texts that an API cut off are no prose."""
    assert text == prose(stored)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
@pytest.mark.parametrize("text", [PERSIAN, "Où est passé l’été à Besançon ?", "Город растёт"])
def test_misread_utf8_is_turned_back(text: str, encoding: str) -> None:
    """UTF-8 read as Latin-1, or as browsers read Windows-1252, is the text that it was."""
    data = text.encode()
    misread = "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in data)

    assert text == prose(misread)


def test_misread_more_often_or_as_another_code_page_is_turned_back() -> None:
    """UTF-8 read as Latin-1 twice, or as Windows-1256, and that read as Latin-1, are told."""
    old = f"{PERSIAN} {PERSIAN}".replace("ی", "ي").replace("ک", "ك")
    twice = PERSIAN.encode().decode("latin-1").encode().decode("latin-1")

    assert PERSIAN == prose(twice) == prose(PERSIAN.encode().decode("cp1256"))
    assert old == prose(old.encode("cp1256").decode("latin-1"))
    with pytest.raises(Refused):
        prose(old.encode("cp1256").decode("cp1252", "replace"))


def test_misread_utf8_with_lost_bytes_is_refused() -> None:
    """Where letters are gone nothing is guessed: the reject says how to export it again."""
    misread = f"{PERSIAN} هفته دیگر گفتگو می‌کنند.".encode().decode("cp1252", "ignore")
    with pytest.raises(Refused) as refused:
        prose(misread)

    assert RejectReason.ENCODING is refused.value.reason
    assert "export it as UTF-8" in refused.value.detail


@given(st.text(alphabet=st.sampled_from("<>/&;#pbr aØ³\\n[]=\"'x-!\n«é"), max_size=80))
def test_any_text_is_prose_or_refused(text: str) -> None:
    """Whatever stands in a field, reading it fails in no other way than by a reject."""
    with suppress(Refused):
        assert isinstance(prose(text), str)
