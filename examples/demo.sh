#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows what this project does in under ten minutes: pictures by the shipped model, then two minutes of training.
# Argument: the folder for the pictures (default out/demo).
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-out/demo}
network=examples/data/faces-64.safetensors
pictures=examples/data/faces-64.zip
training_seconds=120

say() { printf '\n== %s\n' "$*"; }

say "Installing missing packages"
bash cmake/install-packages.sh build

say "Compiling the program \`stylegan\` (a few minutes the first time)"
if command -v ninja >/dev/null; then export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"; fi
if [ ! -e build/release/CMakeCache.txt ]; then
  cmake -S . -B build/release -DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON -DSTYLEGAN_BUILD_TESTS=OFF -DSTYLEGAN_BUILD_BENCHMARKS=OFF
fi
cmake --build build/release --parallel "$(nproc 2>/dev/null || echo 2)" --target stylegan-cli
stylegan=build/release/examples/stylegan
mkdir -p "$out"

say "36 pictures by the model in examples/data, one per seed; psi 0.7 moves them closer to the average"
"$stylegan" generate --network "$network" --seeds 0-35 --grid 6x6 --trunc 0.7 --outdir "$out/generate"

say "Style mixing: the pictures on the left take their coarse layers (4x4 and 8x8) from those on top"
"$stylegan" style-mixing --network "$network" --rows 0-3 --cols 10-15 --styles coarse --trunc 0.7 --outdir "$out/style-mixing"

say "Truncation: the same seeds from psi 1 over 0 (the average) to -1 (the opposite)"
"$stylegan" truncation --network "$network" --seeds 0-3 --outdir "$out"

say "Training resumes from that model for two minutes and stops as after Ctrl-C"
status=0
timeout --foreground --signal=INT "$training_seconds" \
  "$stylegan" train --data "$pictures" --outdir "$out/runs" --resume "$network" \
  --no-growing --batch 16 --lr 0.002 --gamma 4 --reg-interval 16 --mirror --ema-kimg 2 --tick 0.5 || status=$?
[ "$status" -eq 0 ] || [ "$status" -eq 124 ] || exit "$status" # 124: stopped by timeout, as intended

say "Done. The pictures:"
run=$(find "$out/runs" -mindepth 1 -maxdepth 1 -type d | sort | tail -n 1)
ls "$out"/generate/grid.png "$out"/style-mixing/grid.png "$out"/*.png "$run"/*.png
