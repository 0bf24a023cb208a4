"""Encodings: what is sure is read, what is broken is refused."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sources import RejectReason, read_articles
from index.sources.encoding import decode, utf8_stream
from index.sources.rejects import Refused
from index.types import Article

PERSIAN = (
    "رئيس سازمان هواشناسي كشور گفت: بارش برف از فردا در استان‌هاي غربي آغاز مي‌شود "
    "و تا پايان هفته ادامه دارد. گزارش‌ها از پژمردگي باغ‌هاي چاي نيز خبر مي‌دهد."
)
ARABIC = "قال الوزير إن أعمال بناء الجسر الجديد في المدينة سوف تنتهي قبل نهاية هذه السنة."
HEBREW = "השר אמר היום כי הגשר החדש ייפתח בחודש הבא, והתושבים שמחו מאוד."
GREEK = "Ο υπουργός είπε ότι η νέα γέφυρα θα ανοίξει τον επόμενο μήνα."
RUSSIAN = "Министр сообщил, что строительство нового моста в городе завершится до конца года."
EVAL = Path(__file__).parents[3] / "shared" / "eval"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (PERSIAN, "cp1256"),
        (PERSIAN.replace("ك", "ک"), "cp1256"),
        (ARABIC, "cp1256"),
        (ARABIC, "iso8859-6"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp866"),
        (RUSSIAN, "iso8859-5"),
        (RUSSIAN, "mac-cyrillic"),
        ("Міністр сказав, що їхня держава збудує новий міст до зими.", "koi8-u"),
        (HEBREW, "cp1255"),
        (HEBREW, "cp862"),
        (GREEK, "cp1253"),
        (f"{GREEK} Άλλοι διαφωνούν.", "iso8859-7"),
        (GREEK, "cp737"),
        ("The minister’s “plan” — as he called it — costs 5 million €.", "cp1252"),
        (
            "Le président a déclaré à la presse qu’il était très fier du succès de l’équipe.",
            "cp1252",
        ),
        ("¿Qué dijo el ministro? La sesión terminó mañana según el señor Muñoz.", "cp1252"),
        ("Der Müller aus Köln grüßte die Schüler und ging über die Straße.", "cp1252"),
        ("Şehirdeki yeni köprünün açılışı için çalışmalar sürüyor, dedi başkan İnönü.", "cp1254"),
        ("Zażółć gęślą jaźń, powiedział minister, który był w Łodzi.", "cp1250"),
        ("Zażółć gęślą jaźń, powiedział minister, który był w Łodzi.", "iso8859-2"),
    ],
)
def test_code_page_is_told_from_the_letters(text: str, encoding: str) -> None:
    """Text in an old code page reads as what it was, with nothing declared."""
    found = decode(text.encode(encoding))

    assert (text, encoding) == (found.text, found.encoding)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [PERSIAN, RUSSIAN, "Nothing but plain words here."])
def test_wide_encodings_arrive_as_utf8(text: str, encoding: str) -> None:
    """UTF-16 and UTF-32 are known by their mark, UTF-16 without one too."""
    stream = utf8_stream(io.BufferedReader(io.BytesIO(text.encode(encoding))))  # type: ignore[type-var]  # bytes at hand are raw enough

    assert text == stream.read().decode()


@pytest.mark.parametrize("declared", ["utf-8", "windows-1252", "latin-1", "x-no-such", "hex", ""])
def test_a_lie_about_the_encoding_changes_nothing(declared: str) -> None:
    """Persian in windows-1256 or UTF-8 is read as such whatever is declared."""
    assert PERSIAN == decode(PERSIAN.encode("cp1256"), declared).text
    assert PERSIAN == decode(PERSIAN.encode(), declared).text


@pytest.mark.parametrize(
    ("text", "declared", "encoding"),
    [
        ("部长说新桥明年完工。", "gb2312", "gb18030"),
        ("大臣は新しい橋について語った。", "Shift_JIS", "shift_jis"),
        ("大臣は新しい橋について語った。", "iso-2022-jp", "iso2022_jp"),
        ("Ο υπουργός μίλησε για τη γέφυρα.", "windows-1253", "cp1253"),
        ("été", "latin-1", "cp1252"),
    ],
)
def test_declared_encoding_is_tried_first(text: str, declared: str, encoding: str) -> None:
    """What cannot be told from the letters is read as declared, by the names of the web."""
    found = decode(text.encode(encoding), declared)

    assert (text, encoding) == (found.text, found.encoding)


@pytest.mark.parametrize(
    "data",
    [
        PERSIAN.encode()[:-2],
        PERSIAN.encode()[:40] + b"\xff" + PERSIAN.encode()[40:],
        bytes(range(128, 256)),
        "سل".encode("cp1256"),
    ],
    ids=["cut", "damaged", "all bytes", "too little"],
)
def test_what_is_not_sure_is_refused(data: bytes) -> None:
    """Broken UTF-8 is not taken for a code page, and noise for nothing."""
    with pytest.raises(Refused) as caught:
        decode(data)

    assert RejectReason.ENCODING == caught.value.reason


def test_old_text_file_is_an_article(tmp_path: Path) -> None:
    """A page in windows-1256 is read as one in UTF-8 is, with offsets into its text."""
    page = f"برف در غرب\n\nبه گزارش ايسنا، {PERSIAN}\n\nكد خبر: 84051234\n"
    (tmp_path / "a.txt").write_bytes(page.encode("cp1256"))
    (found,) = read_articles(tmp_path / "a.txt")

    assert isinstance(found, Article)
    assert ("ISNA", "84051234", page) == (found.source, found.code, found.text)
    assert found.body[0].cut(found.text).endswith(PERSIAN[-20:])


@given(st.binary(max_size=400), st.text(max_size=20))
def test_any_bytes_are_text_or_refused(data: bytes, declared: str) -> None:
    """Whatever comes and whatever is declared, there is a text or a reason."""
    try:
        found = decode(data, declared).text
    except Refused as refused:
        found = refused.reason

    assert isinstance(found, str)


@pytest.mark.skipif(not EVAL.exists(), reason="../shared/eval is not here")
def test_real_news_in_windows_1256() -> None:
    """100 real articles, spelt as in that code page, all read right without a declaration."""
    spelling = str.maketrans("یک۰۱۲۳۴۵۶۷۸۹", "يك0123456789")
    with (EVAL / "news-fa.jsonl").open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for _, line in zip(range(100), file, strict=False)]
    stored = [text.translate(spelling).encode("cp1256", "ignore") for text in texts]

    assert [data.decode("cp1256") for data in stored] == [decode(data).text for data in stored]
