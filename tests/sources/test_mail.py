"""Mail: the report of a message and its facts, never the wire format, quotes or signatures."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from exported import FIRST, SECOND, body, day, read

from index.sources import RejectReason, mail

FOOTER = "Unsubscribe | Update your preferences"


def message(plain: str = "", page: str = "", **headers: str) -> EmailMessage:
    """Return a message with a plain or an HTML version, or both."""
    made = EmailMessage(policy=SMTP)
    stated = {
        "Subject": "پل تازه باز شد",
        "From": "خبرنامهٔ شهر <news@city.example>",
        "To": "reader@example.com",
        "Date": "Fri, 09 Jun 2023 18:15:00 +0330",
        "Message_ID": "<1@city.example>",
        **headers,
    }
    for name, value in stated.items():
        made[name.replace("_", "-")] = value
    made.set_content(plain) if plain else made.set_content(page, subtype="html")
    if plain and page:
        made.add_alternative(page, subtype="html")
    return made


def test_newsletter_is_an_article() -> None:
    """Subject, sender, date and the HTML version are taken; what is hidden and frame is gone."""
    page = f"""<html><body><div style="display: none">پیش‌نمایش پنهان نامه برای فهرست</div>
    <p>View this email in your browser</p><h1>پل تازه باز شد</h1>
    <table><tr><td><p>{FIRST}</p></td></tr>
    <tr><td><p>{SECOND}</p></td></tr></table><img src="https://t.example/pixel.gif" width=1>
    <p>{FOOTER}</p><p>City Street 1</p></body></html>"""
    (article,), rejects = read(message("short", page).as_bytes(), "a.eml")

    assert not rejects
    assert f"{FIRST}\n{SECOND}" == body(article)
    assert ("پل تازه باز شد", "خبرنامهٔ شهر", "2023-06-09") == (
        article.headline, article.source, day(article)
    )  # fmt: skip
    assert ("1@city.example", "", "a.eml") == (article.id, article.url, article.origin)
    for gone in ("پنهان", "browser", "Unsubscribe", "Street"):
        assert gone not in article.text


@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable", "base64"])
def test_transfer_encodings_are_decoded(encoding: str) -> None:
    """No quote is of the wire format."""
    made = EmailMessage()
    made["Subject"], made["From"] = "x", "a@b.example"
    made.set_content(f"{SECOND}\n\n{FIRST}", cte=encoding)
    (article,), _ = read(made.as_bytes(), "a.eml")

    assert f"{SECOND}\n\n{FIRST}" == article.text.strip()
    assert "b.example" == article.source


def test_other_charsets_and_raw_headers() -> None:
    """A declared code page is decoded, and headers that hold bytes as they are."""
    data = (
        "From: کانون <a@b.example>\r\nSubject: خبر تازه\r\nMIME-Version: 1.0\r\n".encode()
        + b"Content-Type: text/plain; charset=windows-1256\r\n\r\n"
        + FIRST.replace("ی", "ي").encode("cp1256")
    )
    (article,), _ = read(data, "a.eml")

    assert ("خبر تازه", "کانون") == (article.headline, article.source)
    assert FIRST.replace("ی", "ي") == article.text


def test_wrapped_lines_are_joined() -> None:
    """Lines broken by a program are one paragraph again, told by format=flowed or by length."""
    words = SECOND.split()
    head, tail = " ".join(words[:6]), " ".join(words[6:])
    flowed = f"From: a@b\nContent-Type: text/plain; format=flowed\n\n{head} \n{tail}\n"
    hard = f"From: a@b\nSubject: x\n\n{' '.join(words[:10])}\n{' '.join(words[10:])}\n\nend\n"

    assert SECOND == read(flowed, "a.eml")[0][0].text.strip()
    assert f"{SECOND}\n\nend" == read(hard, "a.eml")[0][0].text.strip()


def test_quotes_and_signatures_are_left_out() -> None:
    """An answer gives what its sender wrote, not what he answered."""
    plain = f"{SECOND}\n\nOn Friday, A wrote:\n> {FIRST}\n> more\n\n-- \nA. Sender\n+98 21 0000"
    page = f"<p>{SECOND}</p><blockquote type=cite>{FIRST}</blockquote>"

    for made in (message(plain), message(page=page)):
        (article,), _ = read(made.as_bytes(), "a.eml")
        assert SECOND == article.text.strip()


def test_box_is_read_message_by_message() -> None:
    """A box is split at its From lines, whatever its name; lines of text with «From» are none."""
    first = message(f"{FIRST}\nFrom now on it is open.", Archived_At="<https://lists.example/1>")
    second = message(SECOND, Message_ID="<2@city.example>")
    box = b"".join(
        b"From a@b Fri Jun  9 18:15:00 2023\n"
        + one.as_bytes().replace(b"\r\n", b"\n").replace(b"\nFrom now", b"\n>From now")
        + b"\n"
        for one in (first, second)
    )
    (one, other), rejects = read(box, "news")

    assert not rejects
    assert "\nFrom now on" in one.text
    assert ("https://lists.example/1", "news:1", "news:2") == (one.url, one.origin, other.origin)


@pytest.mark.parametrize("headers", [{"X_Gmail_Labels": "Draft"}, {"X_Unsent": "1"}])
def test_what_was_not_sent_is_left_out(headers: dict[str, str]) -> None:
    """Drafts in a box are left out; their subject does not stand in the reject."""
    articles, (reject,) = read(message(FIRST, **headers).as_bytes(), "a.eml")

    assert not articles
    assert RejectReason.DRAFT == reject.reason
    assert "پل" not in reject.detail


def test_attachments_are_counted() -> None:
    """What is attached is one reject that says which kinds; inline pictures are none."""
    made = message(FIRST)
    made.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf")
    made.add_attachment(b"x", maintype="image", subtype="png", disposition="inline")
    (article,), (reject,) = read(made.as_bytes(), "a.eml")

    assert FIRST == article.text.strip()
    assert (RejectReason.UNSUPPORTED, "a.eml") == (reject.reason, reject.origin)
    assert "1 application/pdf" in reject.detail
    assert "image" not in reject.detail


def test_page_saved_as_mhtml_is_a_page() -> None:
    """The page is read with its own facts; its address is where it was saved from."""
    head = '<title>پل</title><meta property="article:published_time" content="2023-06-09">'
    made = EmailMessage()
    made["From"], made["Subject"] = "<Saved by Blink>", "x"
    made["Date"] = "Mon, 30 Nov 2026 10:00:00 +0000"
    made["Snapshot-Content-Location"] = "https://city.example/1"
    made.set_content(
        f"<html><head>{head}</head><body><h1>پل تازه</h1><p>{FIRST}</p></body></html>",
        subtype="html",
    )
    made.make_related()
    made.add_related("p {}", subtype="css")
    (article,), _ = read(made.as_bytes(), "a.mhtml")

    assert ("https://city.example/1", "2023-06-09") == (article.url, day(article))
    assert FIRST in body(article)


def test_text_that_begins_like_headers_is_text() -> None:
    """A note of a writer with «From:» and «Subject:» is no mail unless its name says so."""
    text = f"From: the desk\nSubject: bridge\n\n{FIRST}\n"

    assert text == read(text, "a.txt")[0][0].text
    assert "bridge" == read(text, "a.eml")[0][0].headline


def test_bombs_are_refused() -> None:
    """Parts in parts, and a box whose message never ends, are refused at once."""
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(20_000)
    )
    endless = b"From a@b Fri Jun  9 18:15:00 2023\nSubject: x\n\n" + b"a line of a message\n" * (
        mail.MAX_MESSAGE // 20 + 10
    )
    after = b"\nFrom a@b Fri Jun  9 18:15:00 2023\nSubject: y\n\n" + SECOND.encode()

    for data, name in ((b"From: a@b\nSubject: x\n" + deep, "a.eml"), (endless, "a.mbox")):
        articles, (reject,) = read(data, name)
        assert not articles
        assert RejectReason.TOO_LONG == reject.reason
    assert [SECOND] == [article.text for article in read(endless + after, "a.mbox")[0]]


def test_sender_without_end_leaves_the_message() -> None:
    """A From header of colons alone, which the standard library cannot read, costs the sender."""
    message = f"From: {'a:' * 1_500}\nTo: b@b.example\nSubject: Bridge\n\n{SECOND}\n"
    (article,), rejects = read(message, "a.eml")

    assert not rejects
    assert ("Bridge", "") == (article.headline, article.source)
