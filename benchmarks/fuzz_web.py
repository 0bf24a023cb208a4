"""Send hostile requests to `pasokh web` over seeds/ and tell which replies are failures (5xx).

    .venv/bin/python benchmarks/fuzz_web.py --number 10000

The same requests as in tests/web_pages/test_api.py, only more of them.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

import httpx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "web_pages"))

from hostile import requests  # noqa: E402  # the path is set above
from site_maker import served  # noqa: E402  # likewise

from bot.settings import read_settings  # noqa: E402  # likewise
from bot.wire import open_web  # noqa: E402  # likewise


def main() -> None:
    """Send them and print how many replies had which status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(None, corpus=ROOT / "seeds").model_copy(
            update={"data_dir": Path(folder), "web_port": 0, "web_rate_per_minute": 10**6}
        )
        started, counts = time.perf_counter(), Counter[int]()
        with served(open_web(settings)) as site, site.client() as client:
            chance = Random(options.seed)  # noqa: S311  # no secret
            for method, path, values in requests(chance, options.number):
                reply = client.request(method, path, **values)
                counts[reply.status_code] += 1
                if reply.is_server_error:
                    print(reply.status_code, method, path, values, reply.text[:300])
    print(f"{options.number} requests in {time.perf_counter() - started:.0f} s: {dict(counts)}")
    assert not any(httpx.codes.is_server_error(status) for status in counts)


if __name__ == "__main__":
    main()
