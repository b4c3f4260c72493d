#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How cost grows: pictures per second against resolution, batch, threads and width.
# usage: benchmarks/growth.sh [OUT.jsonl]   (benchmarks/results/growth-<date>.jsonl); BUILD=build/release; some minutes
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$root/build/release}
out=${1:-$root/benchmarks/results/growth-$(date -u +%Y-%m-%d).jsonl}
stylegan=$build/examples/stylegan
[ -x "$stylegan" ] || {
  echo "growth.sh: $stylegan is missing; build the target stylegan-cli first" >&2
  exit 1
}
mkdir -p "$(dirname "$out")"
partial=$out.partial
trap 'rm -f "$partial"' EXIT
: >"$partial"

measure() { # measure AGAINST ARGUMENT...
  local against=$1
  shift
  "$stylegan" benchmark --reps 5 --json "$@" | sed "s/^{/{\"against\":\"$against\",/" >>"$partial"
  tail -n 1 "$partial" | cut -c1-160 >&2
}

for threads in 1 2; do
  for resolution in 32 64 128 256 512 1024; do
    measure resolution --resolution $resolution --threads $threads
  done
  for batch in 1 2 4 8 16; do
    measure batch --resolution 256 --batch $batch --threads $threads
  done
  for base in 1024 2048 4096 8192 16384; do
    measure fmap_base --resolution 256 --fmap-base $base --threads $threads
  done
done
mv "$partial" "$out"
echo "Written: $out"
