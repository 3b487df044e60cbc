#!/bin/sh
# Fuzzes the EDF reader with ASan and UBSan: scripts/fuzz.sh [executions] [further libFuzzer options]
# Needs clang with libFuzzer (CXX_FUZZ names another compiler). Starts from the reference recordings where they are
# (BRRR_REFERENCE, else ../shared/reference), from the writer's files otherwise. A finding is left in build/fuzz.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build
runs=${1:-100000}
[ $# -eq 0 ] || shift

compiler=${CXX_FUZZ:-}
for candidate in clang++ clang++-19 clang++-18 clang++-17 clang++-16 clang++-15 clang++-14; do
  [ -n "$compiler" ] || compiler=$(command -v $candidate || true)
done
if [ -z "$compiler" ]; then
  echo 'fuzz: no clang found. Install it (Debian: apt-get install clang libclang-rt-14-dev) or set CXX_FUZZ.' >&2
  exit 1
fi

cmake -S . -B build/fuzz -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=Release -DBRRR_ADDON=OFF \
  -DBRRR_PARTS='common;edf' -DBRRR_FUZZ=ON -DBRRR_SANITIZE=address,undefined >build/fuzz.log
cmake --build build/fuzz --target edf_fuzz edf_seeds --parallel 2

rm -rf build/fuzz/seeds
mkdir -p build/fuzz/corpus build/fuzz/seeds
reference=${BRRR_REFERENCE:-../shared/reference}/edf/files
if [ -d "$reference" ]; then
  echo "fuzz: seeds from $reference"
  # Mutating a large recording is slow and reaches nothing more.
  find "$reference" -type f -size -16k -exec cp -f {} build/fuzz/seeds/ \;
else
  echo 'fuzz: no reference recordings, seeds from our own writer'
  build/fuzz/edf_seeds build/fuzz/seeds
fi
chmod -R u+w build/fuzz/seeds

# A small quarantine: the memory limit is for what the reader asks for, not for what ASan holds back.
export ASAN_OPTIONS=quarantine_size_mb=32
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
exec build/fuzz/edf_fuzz -runs="$runs" -max_len=8192 -dict=test/fuzz/edf.dict -timeout=5 -rss_limit_mb=256 \
  -malloc_limit_mb=16 -print_final_stats=1 -artifact_prefix=build/fuzz/ "$@" build/fuzz/corpus build/fuzz/seeds
