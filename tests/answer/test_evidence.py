"""Evidence: sentences of the passages found, where they stand and how near they are."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.answer.evidence import Quote, ReaderConfig, find_quotes
from bot.question.question import read_question
from index import Article, Retrieval, Retriever, Snapshot, Span, VectorSpace
from index.encoders import BundledConfig, Encoder, open_reader
from index.text.clean import clean

QUESTION = "what did Kirby say about Sukhoi jets?"
ASKED = read_question(QUESTION)
Find = Callable[..., Retrieval]


@pytest.fixture(scope="session")
def find(snapshot: Snapshot, encoder: Encoder) -> Find:
    """Return a function that retrieves from the seed."""
    retriever = Retriever(snapshot, encoder, space=VectorSpace(encoder.identity))
    return lambda question, language="en", k=10: retriever.retrieve(
        question, language=language, k=k
    )


@pytest.mark.parametrize("most", [1, 2, 3, 4])
def test_find_quotes_gives_sentences_of_passages_found(
    most: int, find: Find, snapshot: Snapshot, article: Article
) -> None:
    """Quotes are whole sentences of the hits, each once, at most as many as asked, best first."""
    found = find(QUESTION)
    quotes = find_quotes(
        ASKED, found, snapshot, ReaderConfig(max_sentences=most, max_gap=9, max_alike=2)
    )

    sentences = {span for hit in found.hits[:5] for span in hit.passage.sentences}
    assert most == len(quotes) == len({quote.span for quote in quotes})
    assert {quote.span for quote in quotes} <= sentences
    assert "خلبانان ایرانی" in quotes[0].span.cut(article.text)
    assert sorted((quote.score for quote in quotes), reverse=True) == [q.score for q in quotes]
    assert all(quote.span in quote.hit.passage.sentences for quote in quotes)


def test_find_quotes_reads_the_vector_of_the_very_sentence(
    find: Find, snapshot: Snapshot, encoder: Encoder
) -> None:
    """A quote's cosine is that of its own words with the question, not of its neighbour's."""
    found = find(QUESTION)
    space = VectorSpace(encoder.identity)
    config = ReaderConfig(max_sentences=4, max_gap=9, max_alike=2)
    for quote in find_quotes(ASKED, found, snapshot, config):
        language = quote.hit.passage.language
        text = clean(quote.span.cut(quote.hit.article.text), language).text
        vector = space.passages(encoder.encode_passages([text]), [language])[0]
        assert float(vector @ found.vector) == pytest.approx(quote.cosine, abs=2e-3)


def test_what_the_reader_says_of_a_sentence_moves_it(
    find: Find, snapshot: Snapshot, cache_dir: Path
) -> None:
    """By its weight: at nought all stay where they were, and a large one decides alone."""
    reader = open_reader(BundledConfig(cache_dir=cache_dir / "encoder"))
    config = ReaderConfig(max_sentences=4, max_gap=9, max_alike=2)
    asked = read_question("هواپیماها چه زمانی به ایران می‌رسند؟")
    found = find(asked.search_text, "fa")
    plain = find_quotes(asked, found, snapshot, config)
    unmoved = find_quotes(asked, found, snapshot, replace(config, read=0.0), reader=reader)
    decided = find_quotes(
        asked, found, snapshot, replace(config, read=5.0, max_gap=999), reader=reader
    )

    assert [quote.span for quote in unmoved] == [quote.span for quote in plain]
    assert [quote.span for quote in decided] != [quote.span for quote in plain]
    assert all(quote.reads is None for quote in plain)
    assert all(quote.reads is not None for quote in decided)
    assert find_quotes(asked, replace(found, hits=()), snapshot, config, reader=reader) == []


def test_find_quotes_when_nothing_was_found(find: Find, snapshot: Snapshot) -> None:
    """No hits give no quotes."""
    assert [] == find_quotes(ASKED, replace(find(QUESTION), hits=()), snapshot, ReaderConfig())


def test_find_quotes_weighs_words_in_the_questions_language_only(
    find: Find, snapshot: Snapshot, article: Article
) -> None:
    """Words shared with the question raise a sentence, unless it is in another language."""
    question = "خلبانان ایرانی سوخو"
    found = find(question, "fa")
    hits = [replace(hit, parts=replace(hit.parts, is_same_language=False)) for hit in found.hits]
    foreign = replace(found, hits=tuple(hits))

    def best(among: Retrieval) -> Quote:
        (quote,) = find_quotes(
            read_question(question), among, snapshot, ReaderConfig(max_sentences=1)
        )
        return quote

    assert "خلبانان ایرانی" in best(found).span.cut(article.text)
    assert best(found).score > best(replace(found, words={})).score + 0.1
    assert best(foreign).score == best(replace(foreign, words={})).score


def test_find_quotes_looks_at_the_first_five_passages(find: Find, snapshot: Snapshot) -> None:
    """Passages below the fifth are not quoted from."""
    found = find(QUESTION)
    below = replace(found, hits=(*found.hits[1:2] * 5, found.hits[0]))
    quotes = find_quotes(
        ASKED, below, snapshot, ReaderConfig(max_sentences=4, max_gap=9, max_alike=2)
    )

    assert {found.hits[1].passage.id} == {quote.hit.passage.id for quote in quotes}


def test_vectors_of_sentences_are_aligned_with_passages(find: Find, snapshot: Snapshot) -> None:
    """Every sentence of the archive belongs to exactly one passage and one vector."""
    hits = find(QUESTION, k=100).hits
    vectors = snapshot.vectors.sentences(np.array([hit.row for hit in hits]))

    assert list(range(snapshot.layout.n_rows)) == sorted(hit.row for hit in hits)
    assert snapshot.manifest.n_sentences == sum(map(len, vectors))
    assert [(len(hit.passage.sentences), 384) for hit in hits] == [own.shape for own in vectors]
    assert {np.dtype(np.float16)} == {own.dtype for own in vectors}
    assert all(isinstance(span, Span) for hit in hits for span in hit.passage.sentences)
