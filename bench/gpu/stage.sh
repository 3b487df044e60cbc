#!/usr/bin/env bash
# Keeps packs on the GPU's machine until all are there. Usage: stage.sh PACK ...
# (packs.sha256 lies beside them; they go to $BRRR_GPU_HOME, by default brrr-gpu in the temporary folder).
set -euo pipefail
home="${BRRR_GPU_HOME:-${TMPDIR:-/tmp}/brrr-gpu}"
mkdir -p "$home/packs"
for pack in "$@"; do
  cp "$(dirname "$pack")/packs.sha256" "$home/packs/"
  grep " $(basename "$pack")\$" "$home/packs/packs.sha256" | (cd "$(dirname "$pack")" && sha256sum --quiet --check -)
  cp "$pack" "$home/packs/"
done
cd "$home/packs"
total=$(wc -l <packs.sha256)
missing=$(cut -c67- packs.sha256 | while read -r name; do [ -f "$name" ] || echo "$name"; done)
echo "$((total - $(printf '%s' "$missing" | grep -c . || true))) of $total packs are here${missing:+, missing: $(echo $missing)}"
