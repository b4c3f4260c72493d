#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Our trainer against the peer's in PyTorch at an equal budget: the same architecture, data, pictures shown and settings, several
# seeds. Fréchet distance (our own features, 5000 pictures) every so many thousand pictures, and seconds of training.
# usage: benchmarks/training/equal_budget.sh DATA.zip OUT.jsonl [KIMG EVERY SEEDS]     (60 20 "0 1 2")
#   BUILD=build/release  PEERS=../shared/peers  PYTHON=/usr/bin/python3  WORK=a folder for runs (default: a temporary one)  THREADS=2
# The two take turns, seed by seed. Networks: 1024 / stage feature maps, at most 64; minibatch 16, no growing, R1 in every step.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -ge 2 ] || {
  sed -n '5,6s/^# //p' "$0" >&2
  exit 2
}
data=$(realpath "$1") out=$(realpath -m "$2") kimg=${3:-60} every=${4:-20} seeds=${5:-0 1 2}
stylegan=${BUILD:-$root/build/release}/examples/stylegan
peers=$(realpath "${PEERS:-$root/../shared/peers}")
python=${PYTHON:-/usr/bin/python3}
work=${WORK:-$(mktemp -d)}
mkdir -p "$work" "$(dirname "$out")"
common=(--kimg "$kimg" --batch 16 --lr 0.001 --gamma 0.3 --ema-kimg 10 --fmap-base 1024 --fmap-max 64 --threads "${THREADS:-2}")

# add WHO SEED KIMG SECONDS NETWORK
add() {
  "$stylegan" calc-metrics --network "$5" --data "$data" --metrics fd5k_full --outdir "$work" --json |
    jq -c --arg who "$1" --argjson seed "$2" --argjson kimg "$3" --argjson seconds "$4" \
      '{who: $who, seed: $seed, kimg: $kimg, seconds: $seconds, fd5k_full: .results.fd5k_full}' | tee -a "$out"
}

: >"$out"
for seed in $seeds; do
  "$stylegan" train --data "$data" --outdir "$work/ours-$seed" "${common[@]}" --seed "$seed" --no-growing --tick "$every" --snap 1 \
    --snap-minutes 0 >"$work/ours-$seed.log"
  run=$(find "$work/ours-$seed" -mindepth 1 -maxdepth 1 | head -1)
  while read -r shown seconds; do
    add stylegan-cpp "$seed" "$shown" "$seconds" "$(printf '%s/network-snapshot-%06d.safetensors' "$run" "${shown%.*}")"
  done < <(jq -r '[."Progress/kimg".mean, ."Timing/total_sec".mean] | @tsv' "$run/stats.jsonl")
  GLIBC_TUNABLES=glibc.malloc.mmap_threshold=8589934592:glibc.malloc.trim_threshold=17179869184:glibc.malloc.hugetlb=1 \
    "$python" "$root/benchmarks/training/equal_budget_torch.py" --peers "$peers" --data "$data" --out "$work/torch-$seed" \
    "${common[@]}" --every "$every" --seed "$seed" >"$work/torch-$seed.jsonl"
  while read -r shown seconds network; do
    add pytorch "$seed" "$shown" "$seconds" "$network"
  done < <(jq -r '[.kimg, .seconds, .network] | @tsv' "$work/torch-$seed.jsonl")
done
