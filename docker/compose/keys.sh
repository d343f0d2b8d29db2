#!/usr/bin/env bash
# Makes the keys that the services of docker-compose.dev.yml share, below .data/compose, unless they are there.
# Containers run as another user: whoever is on this machine can read them, so use them for nothing else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
command -v openssl >/dev/null || { echo 'openssl is needed to make keys, and is not on PATH.' >&2; exit 1; }
folder=.data/compose
mkdir -p "$folder"
[ -e "$folder/terminal.key" ] || openssl rand -hex 32 >"$folder/terminal.key"
[ -e "$folder/risk.pem" ] || openssl genpkey -algorithm ed25519 -out "$folder/risk.pem"
openssl pkey -in "$folder/risk.pem" -pubout |
  node -e 'const pem = require("node:fs").readFileSync(0, "utf8"); console.log(JSON.stringify({ "risk-1": pem }))' \
    >"$folder/approval-keys.json"
chmod 644 "$folder"/*
echo "Keys are in $folder."
