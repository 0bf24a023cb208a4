"""Exports of Telegram: posts are articles; notices, pictures and private talk are counted."""

import json
from collections.abc import Iterable

import pytest
from exported import FIRST, SECOND, body, day, read

from index.sources import RejectReason

HEAD = "🔴 پل تازه باز شد"


def message(number: int, text: object, **fields: object) -> dict[str, object]:
    """Return a message as Telegram Desktop writes it, of 9 June 2023, 18:15:22 in Tehran."""
    return {
        "id": number,
        "type": "message",
        "date": "2023-06-09T18:15:22",
        "date_unixtime": "1686321922",
        "from": "کانال شهر",
        "text": text,
        "text_entities": [{"type": "plain", "text": text}],
        **fields,
    }


def chat(messages: Iterable[object], kind: str = "public_channel", **fields: object) -> object:
    """Return a chat with its messages."""
    return {"name": "کانال شهر", "type": kind, "id": 77, **fields, "messages": list(messages)}


def dumped(value: object) -> str:
    """Return JSON as Telegram Desktop indents it."""
    return json.dumps(value, ensure_ascii=False, indent=1)


def test_post_is_an_article() -> None:
    """A text of pieces is joined; headline, day, edit, outlet, address and forwarding are taken."""
    pieces = [
        {"type": "hashtag", "text": "#فوری"},
        "\n",
        {"type": "bold", "text": f"{HEAD}."},
        f"\n\n{FIRST}\n\n",
        {"type": "link", "text": "https://news.example/1"},
        "\n🆔 ",
        {"type": "mention", "text": "@city"},
    ]
    fields = {"edited": "2023-06-10T08:00:00", "edited_unixtime": "1686371400",
              "forwarded_from": "کانال دیگر"}  # fmt: skip
    (article,), rejects = read(dumped(chat([message(5, pieces, **fields)])), "result.json")

    assert not rejects
    assert "".join(p if isinstance(p, str) else p["text"] for p in pieces) == article.text
    assert (f"{HEAD}.", FIRST) == (article.headline, body(article))
    assert article.published is not None
    assert "2023-06-09T18:15+03:30" == article.published.isoformat()
    assert article.edited is not None
    assert "2023-06-10T08:00+03:30" == article.edited.isoformat()
    assert ("کانال شهر", "کانال دیگر", "https://t.me/c/77/5") == (
        article.source, article.via, article.url
    )  # fmt: skip
    assert ("telegram-c-77-5", "result.json:5", "fa") == (
        article.id, article.origin, article.language
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "headline", "report"),
    [
        (f"{HEAD}\n\n{FIRST}", HEAD, FIRST),
        (FIRST, FIRST, FIRST),
        (f"{FIRST} {FIRST} {FIRST}", FIRST, f"{FIRST} {FIRST} {FIRST}"),
        (f"{FIRST}\n{FIRST}", FIRST, f"{FIRST}\n{FIRST}"),
        (f"{HEAD}\n@city", HEAD, HEAD),
    ],
    ids=["line", "one line", "long line", "sentences", "line alone"],
)
def test_headline_is_the_first_line_or_sentence(text: str, headline: str, report: str) -> None:
    """A first line that is no sentence is headline only; one that is stays in the report."""
    (article,), _ = read(dumped(chat([message(1, text)])), "result.json")

    assert (headline, report) == (article.headline, body(article))


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"username": "city_news"}, "https://t.me/city_news/1"),
        ({"kind": "private_channel"}, "https://t.me/c/77/1"),
        ({"kind": "private_supergroup", "id": -10077}, "https://t.me/c/77/1"),
        ({"kind": "private_group"}, ""),
    ],
    ids=["public name", "channel", "group with 100", "small group"],
)
def test_address_of_a_post(fields: dict[str, str], url: str) -> None:
    """The public name goes before the number; small groups have neither."""
    (article,), _ = read(dumped(chat([message(1, FIRST)], **fields)), "a.json")

    assert url == article.url


def test_what_is_no_report_is_counted_once() -> None:
    """Notices and posts without text are one reject that is no fault to mend."""
    notices = [{"id": n, "type": "service", "action": "pin_message", "text": ""} for n in (1, 2)]
    photos = [message(n, "", photo="photos/1.jpg") for n in (3, 4, 5)]
    links = [message(6, "https://news.example/1 #شهر")]
    articles, (reject,) = read(
        dumped(chat([*notices, *photos, *links, message(7, FIRST, photo="p.jpg")])), "result.json"
    )

    assert ["result.json:7"] == [article.origin for article in articles]
    assert RejectReason.NO_PROSE == reject.reason
    assert "4 posts without text" in reject.detail
    assert "2 notices" in reject.detail


def test_account_gives_channels_and_no_private_talk() -> None:
    """Of an account channels and groups are read, conversations of two are left out untold."""
    hidden = "زنگ بزن"
    account = {
        "about": "Here is the data you requested.",
        "personal_information": {"user_id": 1, "first_name": "ا"},
        "contacts": {"about": "x", "list": [{"user_id": n} for n in range(30)]},
        "chats": {
            "about": "This page lists all chats from this export.",
            "list": [
                chat([message(1, hidden)], "personal_chat", name=hidden, id=5),
                chat([message(1, FIRST)]),
                chat([message(1, SECOND)], "private_supergroup", id=78, name="Group"),
            ],
        },
        "left_chats": {"about": "x", "list": [chat([message(2, f"{FIRST} ۲")], id=79)]},
    }
    articles, (reject,) = read(dumped(account), "result.json")

    assert ["result.json:77:1", "result.json:78:1", "result.json:79:2"] == [
        article.origin for article in articles
    ]
    assert (RejectReason.PRIVATE, "result.json:5") == (reject.reason, reject.origin)
    assert hidden not in reject.detail


def test_conversation_exported_alone_is_read() -> None:
    """Whoever exports one conversation wants it."""
    (article,), _ = read(dumped(chat([message(1, FIRST)], "personal_chat")), "result.json")

    assert ("کانال شهر", "") == (article.source, article.url)


def test_old_and_odd_messages() -> None:
    """No seconds, names that are null, texts of other shapes: what is there is read."""
    old = message(1, FIRST)
    del old["date_unixtime"], old["text_entities"]
    odd = message(2, [{"type": "bold"}, 7, f" {SECOND}"], forwarded_from=None, **{"from": None})
    articles, _ = read(json.dumps(chat([old, odd, 5, None], name=None)), "result.json")

    assert ["2023-06-09", "2023-06-09"] == [day(article) for article in articles]
    assert ["کانال شهر", ""] == [article.source for article in articles]
    assert f"7 {SECOND}" == articles[1].text


def test_posts_before_a_break_stay() -> None:
    """An export cut short keeps the posts before the cut, and says so."""
    data = dumped(chat(message(n, f"{FIRST} {n}") for n in range(200)))
    articles, rejects = read(data[: len(data) // 2], "result.json")

    assert 90 < len(articles) < 110
    assert [RejectReason.BROKEN_JSON] == [reject.reason for reject in rejects]


def test_other_json_with_messages_is_not_taken_for_an_export() -> None:
    """A chat with a language model, or a record with such a key, is no export of Telegram."""
    record = {"title": "x", "text": FIRST, "type": "article", "messages": []}
    (article,), _ = read(json.dumps(record, ensure_ascii=False), "a.json")

    assert FIRST == article.text


PAGE = f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"/><title>Exported Data</title></head>
<body onload="CheckLocation();"><div class="page_wrap"><div class="page_header">
<div class="content"><div class="text bold">
کانال شهر
       </div></div></div><div class="page_body chat_page"><div class="history">
<div class="message service" id="message-1"><div class="body details">9 June 2023</div></div>
<div class="message default clearfix" id="message5"><div class="body">
<div class="pull_right date details" title="09.06.2023 14:45:22 UTC+00:00">14:45</div>
<div class="from_name">کانال شهر</div>
<div class="text">
<strong>{HEAD}.</strong><br><br>{FIRST}<br><a href="https://news.example/">news.example/1</a>
       </div></div></div>
<div class="message default clearfix joined" id="message6"><div class="body">
<div class="pull_right date details" title="10.06.2023 07:02:00">07:02</div>
<div class="media_wrap clearfix"><a class="photo_wrap" href="photos/a.jpg"></a></div></div></div>
<div class="message default clearfix" id="message7"><div class="body">
<div class="pull_right date details" title="10.06.2023 07:02:00">07:02</div>
<div class="forwarded body"><div class="from_name">کانال دیگر
<span class="date details" title="01.06.2023 01:00:00"> 01.06.2023</span></div>
<div class="text">{SECOND}</div></div></div></div>
</div></div></div></body></html>"""


def test_page_of_an_export_is_read_post_by_post() -> None:
    """Date with its zone, bold headline and forwarding are taken; notices and pictures counted."""
    (first, second), (reject,) = read(PAGE, "messages.html")

    assert (f"{HEAD}.", "کانال شهر", "messages.html:5") == (
        first.headline, first.source, first.origin
    )  # fmt: skip
    assert body(first).startswith(FIRST)
    assert first.published is not None
    assert "2023-06-09T18:15+03:30" == first.published.isoformat()
    assert ("کانال دیگر", "2023-06-10", SECOND) == (second.via, day(second), second.text)
    assert "1 notices of the chat, 1 posts without text" in reject.detail


def test_lists_of_an_export_are_no_articles() -> None:
    """The pages that list chats and contacts are left out."""
    articles, (reject,) = read(PAGE.replace('class="message ', 'class="entry '), "chats.html")

    assert not articles
    assert RejectReason.NO_PROSE == reject.reason
