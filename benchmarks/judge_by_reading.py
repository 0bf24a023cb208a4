"""Serves a judge whose verdicts were written down beforehand by reading each claim and its quotes.

    python benchmarks/judge_by_reading.py VERDICTS

Prints the address up to /v1 and serves until its standard input ends. VERDICTS has a line
{claim, finding, words} for each claim; a claim that it lacks gets no judgement. Speaks
/v1/chat/completions on loopback and knows the claims by the prompt alone, so that client, prompt,
parser and judge are those of the program: it shows what a judge that reads as well adds, and what
the code loses of it.

Does not: know whether a verdict is right.
"""

import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bot.llm.prompt import plain

_CLAIM = re.compile(r"^Claim (\d+): (.*)$", re.MULTILINE)


def main() -> None:
    """Serve."""
    rows = map(json.loads, Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())
    verdicts = {plain(row["claim"]): row for row in rows}

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            judgements = [
                {"claim": int(number), "finding": row["finding"], "words": row["words"]}
                for number, claim in _CLAIM.findall(asked["messages"][-1]["content"])
                if (row := verdicts.get(claim))
            ]
            said = {"content": json.dumps({"judgements": judgements}, ensure_ascii=False)}
            body = json.dumps({"choices": [{"message": said, "finish_reason": "stop"}]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
