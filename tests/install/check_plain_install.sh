#!/usr/bin/env bash
# Plain installation: a fresh environment, the pip that comes with Python, no pins. Then one HTML
# page is read, indexed and quoted, because an HTML reader's parts are what such a pip left out.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" --version
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "$root"

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
export PASOKH_CORPUS=corpus PASOKH_DATA_DIR=data PASOKH_CACHE_DIR=cache
answer=$(venv/bin/pasokh ask "Who opened the new bridge over the river?")
echo "$answer"
grep --quiet --fixed-strings "$quote" <<<"$answer"
