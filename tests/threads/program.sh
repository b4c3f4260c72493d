#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# program.sh STYLEGAN DATA: commands in which threads compute, read ahead and write pictures at once. ThreadSanitizer ends a
# program that has a race with exit status 66.
set -euo pipefail
stylegan=$1 data=$2
[ -e "$data/faces-32.safetensors" ] || exit 77
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$stylegan" generate --network "$data/faces-32.safetensors" --seeds 0-39 --threads 3 --outdir "$folder/pictures" >/dev/null
[ "$(find "$folder/pictures" -name '*.png' | wc -l)" -eq 40 ]
"$stylegan" dataset-tool --source "$folder/pictures" --dest "$folder/data.zip" --resolution 8x8 >/dev/null
"$stylegan" train --data "$folder/data.zip" --outdir "$folder/runs" --fmap-base 64 --fmap-max 8 --latent 8 --map-depth 2 \
  --batch 4 --microbatch 2 --kimg 0.024 --tick 0.008 --snap 1 --threads 3 --mirror >/dev/null
"$stylegan" train --resume "$folder"/runs/0* --kimg 0.032 --threads 2 >/dev/null
