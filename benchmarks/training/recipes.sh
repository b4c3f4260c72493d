#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Which recipe for small machines: each recipe trains for the same wall time, on all pictures and on 500 of them, with several seeds;
# then the Fréchet distance (our own features, 5000 pictures) of its averaged generator to all pictures.
# usage: benchmarks/training/recipes.sh DATA.zip OUT.jsonl [MINUTES SEEDS RECIPES]    (10 "0 1" "2019 ada lazy ada-lazy r3gan")
#   BUILD=build/release  WORK=a folder for runs (default: a temporary one)  FEW=500  THREADS=2
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -ge 2 ] || {
  sed -n '5,6s/^# //p' "$0" >&2
  exit 2
}
data=$(realpath "$1") out=$(realpath -m "$2") minutes=${3:-10} seeds=${4:-0 1} recipes=${5:-2019 ada lazy ada-lazy r3gan}
stylegan=${BUILD:-$root/build/release}/examples/stylegan
work=${WORK:-$(mktemp -d)} few=${FEW:-500}
mkdir -p "$work" "$(dirname "$out")"
[ -e "$work/few.zip" ] || "$stylegan" dataset-tool --source "$data" --dest "$work/few.zip" --max-images "$few" >/dev/null

# One setting for all: narrow networks, so that an evening shows enough pictures.
common=(--fmap-base 512 --fmap-max 128 --latent 128 --batch 16 --lr 0.004 --gamma 4 --mirror --ema-kimg 5 --tick 5 --snap 1000 --snap-minutes 0
  --threads "${THREADS:-2}")
growing=(--growing --lod-kimg 4 --fade-kimg 4)

flags_of() {
  case $1 in
    2019) echo "${growing[@]}" ;;
    ada) echo "${growing[@]}" --aug ada ;;
    lazy) echo "${growing[@]}" --reg-interval 16 ;;
    ada-lazy) echo "${growing[@]}" --aug ada --reg-interval 16 ;;
    r3gan) echo --preset r3gan --burn-in 50 ;;
    *) echo "recipes.sh: $1 is no recipe" >&2 && exit 2 ;;
  esac
}

for seed in $seeds; do
  for set in all few; do
    pictures=$data
    [ $set = all ] || pictures=$work/few.zip
    for recipe in $recipes; do
      folder=$work/$set-$recipe-$seed
      # shellcheck disable=SC2046  # flags are words
      timeout --signal=TERM "${minutes}m" "$stylegan" train --data "$pictures" --outdir "$folder" "${common[@]}" \
        $(flags_of "$recipe") --seed "$seed" >"$folder.log" 2>&1 || true
      run=$(find "$folder" -mindepth 1 -maxdepth 1 | head -1)
      network=$(find "$run" -name 'network-snapshot-*' | sort | tail -1)
      kimg=$(jq -s '.[-1]."Progress/kimg".mean' "$run/stats.jsonl")
      "$stylegan" calc-metrics --network "$network" --data "$data" --metrics fd5k_full --outdir "$work" --threads "${THREADS:-2}" --json |
        jq -c --arg recipe "$recipe" --arg set $set --argjson seed "$seed" --argjson minutes "$minutes" --argjson kimg "$kimg" \
          '{recipe: $recipe, set: $set, seed: $seed, minutes: $minutes, kimg: $kimg, fd5k_full: .results.fd5k_full}' | tee -a "$out"
    done
  done
done
