"""Checks of claims that somebody wrote by hand who had not seen the rules, by kind of claim."""

import json, sys
from collections import defaultdict
from pathlib import Path
from bot.grounding.check import Grounder
from bot.types import Citation, Claim
from index import BundledConfig, open_encoder
from index.types import ArticleId
from index import Span

EVAL = Path(__file__).parent.parent.parent / "shared" / "eval"
rows = [json.loads(l) for l in (EVAL / "claims" / "claims.jsonl").open(encoding="utf8")]
g = Grounder(open_encoder(BundledConfig(cache_dir=Path(".cache"))))
tab = defaultdict(list)
for r in rows:
    c = Citation(
        number=1,
        article_id=ArticleId(r["article"]),
        headline="",
        source="",
        via="",
        published=None,
        url="",
        span=Span(0, len(r["quote"])),
        quote=r["quote"],
        score=1.0,
    )
    (v,) = g.check([Claim(text=r["claim"], numbers=(1,))], [c], language=None)
    ok = v.is_supported == r["supported"]
    tab[r["kind"]].append(ok)
    if "-v" in sys.argv and not ok:
        print(
            "T" if r["supported"] else "F",
            r["kind"],
            r["quote_id"],
            "|",
            r["claim"],
            "|",
            *v.faults,
            round(v.meaning, 2),
        )
for k, v in tab.items():
    print(k, sum(v), len(v))
f = [x for k, v in tab.items() if k != "true" for x in v]
print("caught", sum(f) / len(f), sum(f), len(f), "kept", sum(tab["true"]) / len(tab["true"]))
