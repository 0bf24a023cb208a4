#!/usr/bin/env bash
# Builds the Dockerfile and runs the image as compose.yaml does: as nobody, on a root that cannot be
# written, without capabilities. It must answer over seeds/, again from its volume, over MCP, and as
# the bot report its health and stop when told to. Minutes; needs podman, root and no daemon.
#
# Where the base image cannot be pulled, a stand-in of the same name is made of Debian's own packages
# (needs mmdebstrap). PIP_FILES names files and folders of this machine that pip needs while building.
set -euo pipefail
cd "$(dirname "$0")/.."
# podman of 2023 cannot run where both versions of cgroups are mounted; it may see the second only.
if [ -d /sys/fs/cgroup/unified ] && [ -z "${CGROUPS_SEEN:-}" ]; then
  CGROUPS_SEEN=1 exec unshare --mount sh -c \
    'mount --make-rprivate / && mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup && exec "$@"' \
    sh "$0" "$@"
fi

work=${WORK:-$(mktemp -d)}
mkdir -p "$work"
base=$(sed -n 's/^ARG PYTHON=//p' Dockerfile)
podman() {
  command podman --log-level fatal --root "$work/storage" --runroot "$work/run" "$@"
}
finish() {
  [ -z "${bot:-}" ] || podman rm --force "$bot" >/dev/null 2>&1 || true
  [ -n "${WORK:-}" ] || rm -rf "$work"
}
trap finish EXIT

if ! podman image exists "$base" && ! timeout 120 podman pull --quiet "$base" >/dev/null 2>&1; then
  echo "Making a stand-in for $base"
  mmdebstrap --quiet --variant=minbase --include=python3,python3-venv,ca-certificates bookworm \
    --customize-hook='ln -s /usr/bin/python3 "$1/usr/local/bin/python"' "$work/base.tar"
  podman import --quiet "$work/base.tar" "$base" >/dev/null
fi

volumes=()
for path in ${PIP_FILES:-}; do volumes+=(--volume "$path:$path:ro"); done
podman build --isolation chroot --network host --format docker "${volumes[@]}" --tag pasokh . \
  >"$work/build.log" 2>&1 || { tail -30 "$work/build.log"; exit 1; }
podman image inspect pasokh --format 'Built: {{.Size}} bytes, as user {{.Config.User}}'

as_nobody=(--network host --cgroups disabled --ulimit nofile=1024:1024 --ulimit nproc=1024:1024
  --read-only --tmpfs /tmp --cap-drop all --security-opt no-new-privileges --volume "$work/data:/data")
install -d -m 0700 -o 10001 -g 10001 "$work/data"
run() { podman run --rm --no-healthcheck "${as_nobody[@]}" "$@"; }

run --entrypoint python pasokh -c '
import os
assert os.getuid() == os.getgid() == 10001
for folder in ("/", "/opt/pasokh", "/archive", "/usr"):
    try:
        open(f"{folder}/x", "w")
    except OSError:
        continue
    raise SystemExit(f"{folder} can be written")
open("/data/x", "w").close()
'
for time in first second; do
  run pasokh ask --json "what did Kirby say about Sukhoi jets?" 2>/dev/null | python3 -c '
import json, sys
answer = json.load(sys.stdin)
assert answer["answered"] and "mehrnews" in answer["citations"][0]["url"], answer
'
  echo "Answered, the $time time"
done
printf '%s\n' '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"check","version":"1"}}}' |
  run --interactive pasokh mcp 2>/dev/null | grep --quiet '"serverInfo"'
echo "Spoke MCP"

# A Bot API server of ten lines that knows the bot, so that it runs as it does.
python3 - "$work/port" 2>/dev/null <<'SERVER' &
import http.server, json, pathlib, sys, time
class Api(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        method = self.path.rpartition("/")[2]
        time.sleep(1 if method == "getUpdates" else 0)
        me = {"id": 1, "is_bot": True, "first_name": "Check", "username": "check_bot"}
        result = {"getMe": me, "getUpdates": []}.get(method, True)
        body = json.dumps({"ok": True, "result": result}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
pathlib.Path(sys.argv[1]).write_text(str(server.server_port))
server.serve_forever()
SERVER
api=$!
trap 'kill $api; finish' EXIT
until [ -s "$work/port" ]; do sleep 0.2; done
bot=$(podman run --detach "${as_nobody[@]}" \
  --env PASOKH_TELEGRAM_TOKEN=1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa \
  --env PASOKH_TELEGRAM_BASE_URL="http://127.0.0.1:$(cat "$work/port")" pasokh)
for _ in $(seq 60); do
  podman healthcheck run "$bot" >/dev/null 2>&1 && healthy=1 && break || sleep 2
done
[ -n "${healthy:-}" ] || { podman logs "$bot"; echo "The bot is not healthy"; exit 1; }
echo "Healthy"
podman stop --time 45 "$bot" >/dev/null
code=$(podman inspect "$bot" --format '{{.State.ExitCode}}')
[ "$code" = 0 ] || { podman logs "$bot"; echo "Stopped with exit code $code"; exit 1; }
echo "Stopped with exit code 0"
