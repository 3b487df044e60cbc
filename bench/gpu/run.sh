#!/usr/bin/env bash
# On the GPU's machine, once stage.sh has all packs: puts them together and runs sections.
# Usage: run.sh [--dry-run] [--out FOLDER] [--seconds S] [--budget S] [SECTION ...]
set -euo pipefail
export BRRR_GPU_HOME="${BRRR_GPU_HOME:-${TMPDIR:-/tmp}/brrr-gpu}"
packs="$BRRR_GPU_HOME/packs"
app="$BRRR_GPU_HOME/app"

unpack() { # FOLDER PACK ...
  mkdir -p "$1"
  if command -v xz >/dev/null; then cat "${@:2}" | xz -d; else
    cat "${@:2}" | python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.stdin.buffer), sys.stdout.buffer, 1 << 20)'
  fi | tar x -C "$1"
}

if [ ! -f "$app/unpacked" ]; then
  (cd "$packs" && sha256sum --quiet --check packs.sha256)
  rm -rf "$app"
  unpack "$app" "$packs"/app.*
  unpack "$app/tensorrt" "$packs"/tensorrt.*
  touch "$app/unpacked"
  rm -f "$packs"/app.* "$packs"/tensorrt.*
fi

# A container's driver may lie where the loader does not look.
if ! ldconfig -p 2>/dev/null | grep -q libcuda.so.1 && [ -d /usr/local/nvidia/lib64 ]; then
  export LD_LIBRARY_PATH="/usr/local/nvidia/lib64${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
export BRRR_TENSORRT="$app/tensorrt"
# TensorRT before 10.16 looks for its builder's resources by name.
export LD_LIBRARY_PATH="$app/tensorrt${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
if [ -f "$app/tensorrt/libcudart.so.12" ]; then export BRRR_CUDART="$app/tensorrt/libcudart.so.12"; fi
if command -v nvidia-smi >/dev/null; then nvidia-smi --query-gpu=name,driver_version,memory.used,clocks.sm --format=csv,noheader || true; fi
arguments=()
while [ $# -gt 0 ]; do
  # Folders are the caller's, and the run is in the app's.
  if [ "$1" = --out ]; then arguments+=(--out "$(realpath -m "$2")") && shift; else arguments+=("$1"); fi
  shift
done
cd "$app"
exec ./node --import tsx bench/gpu/run.ts ${arguments[@]+"${arguments[@]}"}
