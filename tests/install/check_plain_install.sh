#!/usr/bin/env bash
# Installation as newcomers do it, by the way that is named: "pip" into a fresh environment with the
# pip that comes with Python and no pins, then the extra llm; "pipx" or "uv" as a tool on the path.
# Then one HTML page is read, indexed and quoted, because an HTML reader's parts are what such a pip
# left out.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${PYTHON:-python3}" -m venv "$work/venv"
pip() { "$work/venv/bin/pip" --disable-pip-version-check "$@" --quiet; }
case "${1:-pip}" in
  pip)
    "$work/venv/bin/pip" --version
    pip install "$root"
    pip install --constraint "$root/constraints.txt" --editable "$root[llm]"
    "$work/venv/bin/python" -c "import openai, socksio"
    PATH="$work/venv/bin:$PATH"
    ;;
  pipx)
    pip install pipx
    export PIPX_HOME="$work/pipx" PIPX_BIN_DIR="$work/bin" PIPX_MAN_DIR="$work/man"
    (cd "$root" && "$work/venv/bin/pipx" install .)
    PATH="$work/bin:$PATH"
    ;;
  uv)
    pip install uv
    export UV_TOOL_DIR="$work/uv" UV_TOOL_BIN_DIR="$work/bin"
    (cd "$root" && "$work/venv/bin/uv" tool install --quiet .)
    PATH="$work/bin:$PATH"
    ;;
esac

quote="The minister opened the new bridge over the river on Monday."
mkdir "$work/corpus"
cat >"$work/corpus/bridge.html" <<HTML
<!doctype html>
<html lang="en">
<head><title>A bridge for the city</title></head>
<body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article>
<h1>A bridge for the city</h1>
<p>$quote Trains are going to cross it from May on, but cars have to wait until the autumn.</p>
<p>Building it took four years and cost less than the city had expected, the mayor told reporters.</p>
</article>
</body>
</html>
HTML

# From here on nothing of the checkout, and no setting of whoever runs this.
cd "$work"
unset PYTHONPATH "${!PASOKH_@}"
export PASOKH_DATA_DIR=data PASOKH_CACHE_DIR=cache
command -v pasokh
answer=$(pasokh ask --corpus corpus "Who opened the new bridge over the river?")
echo "$answer"
grep --quiet --fixed-strings "$quote" <<<"$answer"
