"""Claims of a real small model over 30 articles that were written for this, 2 or 3 questions each.

    python benchmarks/model_claims.py ADDRESS MODEL

Appends to benchmarks/data/model_claims.jsonl.

ADDRESS is that of `python tests/llm/real_model.py`. Each claim is a line {article, question, claim,
numbers}; a person adds `supported`. `benchmarks/hand_claims.py` measures the checks on them.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path
from typing import Any

from bot.llm.client import OpenAIGenerator, ServerConfig
from bot.llm.parse import parse
from bot.llm.prompt import ANSWER_SCHEMA, answer_messages
from bot.llm.types import Unwritten
from bot.types import Citation
from index import Span
from index.text import detect
from index.types import ArticleId

DATA = Path(__file__).parent / "data"
ARTICLES, CLAIMS = DATA / "written_articles.json", DATA / "model_claims.jsonl"
PATIENCE_S = 3600.0
AT_ONCE = 8


def citations(article: str, quotes: list[str]) -> list[Citation]:
    """Return the quotes of an article as they are given to a model."""
    return [
        Citation(
            number=number,
            article_id=ArticleId(article),
            headline="",
            source="",
            via="",
            published=None,
            url="",
            span=Span(0, len(quote)),
            quote=quote,
            score=1.0,
        )
        for number, quote in enumerate(quotes, start=1)
    ]


def main() -> None:
    """Ask what was not asked yet, several questions at once, which servers answer together."""
    address, model = sys.argv[1:]
    config = ServerConfig(base_url=address, model=model, timeout_s=PATIENCE_S, max_tokens=400)
    generator = OpenAIGenerator(config)
    done = (
        {json.loads(line)["question"] for line in CLAIMS.open("r", encoding="utf-8")}
        if CLAIMS.exists()
        else set()
    )

    def ask(article: dict[str, Any], question: str) -> None:
        evidence = citations(article["id"], article["quotes"])
        messages = answer_messages(question, evidence, language=detect(question).tag)
        try:
            written = parse(generator.write(messages, schema=ANSWER_SCHEMA))
        except Unwritten as failure:
            print(article["id"], failure.why, failure, flush=True)
            return
        rows = [
            {
                "article": article["id"],
                "question": question,
                "claim": claim.text,
                "numbers": claim.numbers,
            }
            for claim in written.claims
        ]
        with CLAIMS.open("a", encoding="utf-8") as file:
            file.write("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows))
        print(article["id"], len(rows), flush=True)

    articles = json.loads(ARTICLES.read_text(encoding="utf-8"))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for questions in zip_longest(*(article["questions"] for article in articles)):
            for article, question in zip(articles, questions, strict=True):
                if question and question not in done:
                    pool.submit(ask, article, question)


if __name__ == "__main__":
    main()
