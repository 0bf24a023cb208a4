"""Who may see which articles: what is not for somebody is for them as if it were not there."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from private_corpus import MARKS, PRIVATE, QUESTIONS, marks_in, write_corpus

from bot.question.question import read_question
from bot.session.access import NO_LIMITS, PUBLIC, TERMINAL, Access, AccessError, Caller
from bot.session.export import Format, export
from bot.session.session import Session
from bot.session.turns import turn_of
from bot.settings import Settings
from bot.texts.language import Language
from bot.types import Answer, Citation, NoAnswer
from bot.wire import build, count_labels, open_session
from index import ALL_RIGHTS, ArticleId, Rights, Scope, TelegramPost
from index.encoders import Encoder
from index.web import keep_post

ACCESS = Access.parse("private=user:1,chat:-100,key:desk")


def _settings(folder: Path, cache_dir: Path, *, has_private: bool) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
        corpus=write_corpus(folder / "corpus", has_private=has_private),
        data_dir=folder / "data",
        cache_dir=cache_dir,
    )


@pytest.fixture(scope="module")
def whole(encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Open an archive of open and private articles."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    return open_session(_settings(tmp_path_factory.mktemp("whole"), cache_dir, has_private=True))


@pytest.fixture(scope="module")
def alone(encoder: Encoder, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Open an archive of the open articles alone."""
    assert encoder.identity.dim
    return open_session(_settings(tmp_path_factory.mktemp("alone"), cache_dir, has_private=False))


def _seen(session: Session, caller: Caller, access: Access = ACCESS) -> Session:
    """Return the same conversation as somebody has it."""
    return replace(session, answering=access.archive_for(caller, session.answering))


def _comparable(reply: Answer | NoAnswer) -> Answer | NoAnswer:
    """Return a reply without its times and its snapshot's name, scores as exact as sums are."""
    bare = replace(
        reply,
        timings_ms={},
        confidence=round(reply.confidence, 5),
        fingerprint=replace(reply.fingerprint, snapshot=""),
    )
    if isinstance(bare, Answer):
        return replace(bare, citations=_rounded(bare.citations))
    return bare


def _rounded(citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
    return tuple(replace(cited, score=round(cited.score, 5)) for cited in citations)


_SCOPES = (
    Scope(),
    Scope(sources=frozenset({"isna"})),
    Scope(sources=frozenset({"zyxwire"})),
    Scope(languages=frozenset({"fr"})),
)


@given(question=st.sampled_from(QUESTIONS), scope=st.sampled_from(_SCOPES))
@example(question="ziksarandeh dar didar ba vazir niroo che goft", scope=Scope())
@example(question="What happened in the bazaar of Gorgan?", scope=Scope())
@examples(max_examples=15)
def test_a_part_answers_as_an_archive_of_its_own(
    whole: Session, alone: Session, question: str, scope: Scope
) -> None:
    """Answers, refusals, what stands near, confidence and what comes after are the same."""
    replies = []
    for session in (_seen(whole, PUBLIC), replace(alone)):
        session.scope = scope
        found = session.find(question)
        turn = turn_of(question, found.reply, scope)
        session.remember(turn)
        shown, further = session.further(turn)
        replies.append(
            (
                _comparable(found.reply),
                found.understood,
                _rounded(shown),
                _rounded(further),
                [export([session.finding(turn)], form, Language.EN) for form in Format]
                if turn.places
                else [],
            )
        )
    part, own = replies
    part, own = (
        (*one[:4], _without(one[4], session)) for one, session in ((part, whole), (own, alone))
    )

    # The scope is what the asker typed.
    assert marks_in(str(part).replace("'zyxwire'", "")) == []
    assert part == own


def _without(files: list[str], session: Session) -> list[str]:
    name = session.answering.manifest.snapshot
    return [text.replace(name, "") for text in files]


def test_the_private_articles_would_show_otherwise(whole: Session) -> None:
    """Each of them is shown to who may see it, so that the tests look for what is there."""
    shown = " ".join(
        str(_seen(whole, Caller.user(1)).find(question).reply) for question in QUESTIONS
    )

    for record in PRIVATE:
        if record["id"] not in {"dam-draft", "miel"}:
            assert record["id"] in shown, record["id"]
    assert all(mark in shown.casefold() for mark in MARKS)


def test_statements_of_a_part_are_its_own(whole: Session) -> None:
    """Who speaks in a private article only has said nothing to others, in any script."""
    for name in ("Zyxandeh", "زیکسرنده", "Ziksarandeh"):
        assert isinstance(_seen(whole, Caller.user(1)).statements(name, most=9), Answer)
        hidden = _seen(whole, PUBLIC).statements(name, most=9)
        assert isinstance(hidden, NoAnswer)
        assert not hidden.nearest


def test_a_part_counts_and_names_its_own(whole: Session, alone: Session) -> None:
    """Numbers, languages, outlets, versions and articles by their ids are those of the part."""
    part, own = _seen(whole, PUBLIC).answering, alone.answering

    assert part.manifest.n_articles == own.manifest.n_articles < whole.answering.manifest.n_articles
    assert part.manifest.n_passages == own.manifest.n_passages
    assert part.manifest.n_sentences == own.manifest.n_sentences
    assert part.manifest.languages == own.manifest.languages
    assert set(part.outlets) == set(own.outlets)
    assert marks_in(part.manifest) == marks_in(part.outlets) == []
    for record in PRIVATE:
        assert part.article(ArticleId(record["id"])) is None
        assert part.same_report(ArticleId(record["id"])) == ()
    assert [one.id for one in part.same_report(ArticleId("flood"))] == ["flood"]
    with part.edition() as snapshot, whole.answering.edition() as everything:
        assert everything.earlier(ArticleId("dam")) == ("private/zyxfile.jsonl:3",)
        assert everything.successor(ArticleId("dam-draft")) == "dam"
        assert snapshot.earlier(ArticleId("dam")) == snapshot.former_ids(ArticleId("dam")) == ()
        assert snapshot.successor(ArticleId("dam-draft")) is None
        assert {name for name, _ in snapshot.wordings()} == {
            article.id for article in snapshot.archive.articles()
        }
        assert not any(map(snapshot.lexical.frequency, ("zyxandeh", "zyxolith")))
        assert snapshot.lexical.names.spell("ziksarandeh") != "زیکسرنده"
        assert everything.lexical.names.spell("ziksarandeh") == "زیکسرنده"


def test_news_are_those_of_the_part(whole: Session) -> None:
    """A saved question is answered from new articles that its chat may see, and no others."""
    questions = [read_question("What did the auditor say of the northern bridge?")]
    new = {ArticleId("audit"): ()}

    assert whole.answering.news(questions, new)[0] is not None
    assert _seen(whole, PUBLIC).answering.news(questions, new) == [None]


@pytest.mark.parametrize(
    ("caller", "sees"),
    [
        (TERMINAL, True),
        (Caller.user(1), True),
        (Caller.user(2), False),
        (Caller.chat(1), False),
        (Caller.chat(-100), True),
        (Caller.key("desk"), True),
        (Caller.key("Desk"), False),
        (PUBLIC, False),
    ],
)
def test_who_is_named_sees(whole: Session, caller: Caller, sees: bool) -> None:  # noqa: FBT001
    """A user is no chat of the same number; whoever sees all is given the archive itself."""
    seen = _seen(whole, caller).answering

    assert (seen.article(ArticleId("audit")) is not None) is sees
    assert (seen is whole.answering) is sees


def test_without_entries_nothing_is_kept_apart(whole: Session) -> None:
    """Everybody is given the archive itself, which costs nothing."""
    assert Access.parse("") == NO_LIMITS
    assert _seen(whole, PUBLIC, NO_LIMITS).answering is whole.answering


def test_the_entry_of_all_others_closes_what_has_none(whole: Session) -> None:
    """`*=` decides what is named by no entry, `LABEL=*` opens a label to everybody."""
    access = Access.parse("*=key:desk\n# a remark\nNEWS/ = *; private=")
    part = _seen(whole, PUBLIC, access).answering

    assert part.article(ArticleId("bridge")) is not None
    assert part.article(ArticleId("audit")) is None
    assert access.rights(Caller.key("desk")).hidden == {"private"}
    closed = _seen(whole, PUBLIC, Access.parse("*=key:desk")).answering
    assert closed.manifest.n_articles == 0
    assert list(closed.outlets) == [] or set(closed.outlets) == {""}
    reply = _seen(whole, PUBLIC, Access.parse("*=")).find("northern bridge").reply
    assert isinstance(reply, NoAnswer)
    assert (reply.nearest, marks_in(reply)) == ((), [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("internal", "got 'internal'"),
        ("=user:1", "got '=user:1'"),
        ("a=user:1;a=user:2", "'a' twice"),
        ("a=user:x", "got 'user:x'"),
        ("a=bob", "Expected user:ID, chat:ID, key:NAME or *"),
        ("a=user:1,chat:-", "got 'chat:-'"),
        ("a/b=user:1", "a folder right below the corpus"),
        ("a!=user:1", "rename it"),
        ("a=key:" + "x" * 5000, "..."),
        ("a=user:1\x1b[31m", "\\x1b"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, said: str) -> None:
    """The message says what came and what was expected, in one line of a bounded length."""
    with pytest.raises(AccessError) as caught:
        Access.read(text)

    message = str(caught.value)
    assert said in message
    assert "Expected" in message
    assert len(message) < 400
    assert message.isprintable()


def test_entries_stand_in_a_file_too(tmp_path: Path) -> None:
    """Its path is the setting; one that is not there is said to be missing."""
    path = tmp_path / "access.txt"
    path.write_text("# who reads drafts\nprivate = user:1, key:desk\n\nnews=*\n", encoding="utf-8")

    assert Access.read(str(path)) == Access.parse("private=user:1,key:desk;news=*")
    with pytest.raises(AccessError, match="No such file"):
        Access.read(str(tmp_path / "none.txt"))


def test_what_moves_to_another_folder_is_seen_by_its_readers(
    encoder: Encoder, cache_dir: Path, tmp_path: Path
) -> None:
    """Where an article lies now decides, though its text is not indexed anew; copies count too."""
    assert encoder.identity.dim
    settings = _settings(tmp_path, cache_dir, has_private=True)
    session = open_session(settings)
    part = _seen(session, PUBLIC).answering
    corpus, audit, bridge = settings.corpus, ArticleId("audit"), ArticleId("bridge")
    assert part.article(bridge)
    assert not part.article(audit)

    (corpus / "news").rename(corpus / "swap")
    (corpus / "private").rename(corpus / "news")
    (corpus / "swap").rename(corpus / "private")
    build(settings)
    part.refresh()

    assert not part.article(bridge)
    assert part.article(audit).origin == "news/zyxfile.jsonl:1"

    shutil.copytree(corpus / "private", corpus / "z-copies")
    build(settings)
    part.refresh()

    article = part.article(bridge)
    assert article is not None
    assert article.origin == "z-copies/open.jsonl:1"
    reply = _seen(session, PUBLIC).find("How much did the northern bridge cost?").reply
    assert "private/" not in str(reply)


def test_what_is_gathered_is_known_by_its_channel(
    encoder: Encoder, cache_dir: Path, tmp_path: Path
) -> None:
    """A post that a bot took from a channel is seen by those of the channel's entry alone."""
    assert encoder.identity.dim
    settings = _settings(tmp_path, cache_dir, has_private=False)
    text = "Pier opens\n\nThe new pier at Brackwater cost 64 million euros, its director said."
    post = TelegramPost(text=text, n_bold=10, number=5, chat="Harbour", username="Harbour_News")
    keep_post(post, settings.index_home)
    session = open_session(settings)
    access = Access.parse("@harbour_news=user:1")
    question = "How much did the new pier at Brackwater cost?"

    assert "64 million" in str(_seen(session, Caller.user(1), access).find(question).reply)
    assert "64 million" not in str(_seen(session, PUBLIC, access).find(question).reply)
    assert access.without_articles(count_labels(settings)) == []
    assert count_labels(settings)["@harbour_news", "t.me", "me", "collected"] == 1


def test_rights_are_decided_by_the_most_specific_label() -> None:
    """A channel or host that is named counts before what it is part of."""
    rights = Rights(shown=frozenset({"@open"}), hidden=frozenset({"collected"}))

    assert rights.may_see(("@open", "t.me", "me", "collected"))
    assert not rights.may_see(("@other", "t.me", "me", "collected"))
    assert rights.may_see((".",))
    assert ALL_RIGHTS.may_see(("anything",))
