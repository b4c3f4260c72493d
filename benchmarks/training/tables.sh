#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The order of the paper's tables 1 (configurations A to F) and 4 (depth of the mapping network) at small scale: every network trains on
# as many pictures; then the Fréchet distance (our own features, 5000 pictures) and the path lengths in w of its averaged generator.
# usage: benchmarks/training/tables.sh DATA.zip OUT.jsonl [KIMG SEEDS NETWORKS]    (40 "0 1" "a b c d e f 0 1 2")
#   BUILD=build/release  WORK=a folder for runs (default: a temporary one)  THREADS=2  PAIRS=5000
# NETWORKS: letters are configurations; 0, 1 and 2 are F with as many layers in the mapping network, which has 8 otherwise.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -ge 2 ] || {
  sed -n '5,7s/^# //p' "$0" >&2
  exit 2
}
data=$(realpath "$1") out=$(realpath -m "$2") kimg=${3:-40} seeds=${4:-0 1} networks=${5:-a b c d e f 0 1 2}
stylegan=${BUILD:-$root/build/release}/examples/stylegan
work=${WORK:-$(mktemp -d)}
mkdir -p "$work" "$(dirname "$out")"
common=(--kimg "$kimg" --fmap-base 512 --fmap-max 128 --latent 128 --batch 16 --mirror --ema-kimg 5 --reg-interval 16 --lod-kimg 4 --fade-kimg 4
  --tick 10 --snap 1000 --snap-minutes 0 --threads "${THREADS:-2}")

for seed in $seeds; do
  for network in $networks; do
    case $network in
      a) flags=(--cfg a --lr 0.001) ;; # WGAN-GP: it has no gamma, and diverges with the larger rate
      [b-f]) flags=(--cfg "$network" --lr 0.004 --gamma 3) ;;
      *) flags=(--cfg f --map-depth "$network" --lr 0.004 --gamma 3) ;;
    esac
    folder=$work/$network-$seed
    "$stylegan" train --data "$data" --outdir "$folder" "${common[@]}" "${flags[@]}" --seed "$seed" >"$folder.log"
    run=$(find "$folder" -mindepth 1 -maxdepth 1 | head -1)
    snapshot=$(find "$run" -name 'network-snapshot-*' | sort | tail -1)
    "$stylegan" calc-metrics --network "$snapshot" --data "$data" --metrics fd5k_full,ppl2_wend,ppl_wfull --no-crop --outdir "$folder" \
      --samples "${PAIRS:-5000}" --epsilon 0.01 --threads "${THREADS:-2}" --json |
      jq -sc --arg network "$network" --argjson seed "$seed" --argjson kimg "$kimg" '
        {network: $network, seed: $seed, kimg: $kimg, fd5k_full: .[0].results.fd5k_full, ppl2_wend: .[1].results.ppl2_wend,
         ppl2_wend_error: .[1].standard_error.ppl2_wend, ppl_wfull: .[2].results.ppl_wfull,
         ppl_wfull_error: .[2].standard_error.ppl_wfull}' | tee -a "$out"
  done
done
