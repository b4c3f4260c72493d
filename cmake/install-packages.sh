#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# install-packages.sh GROUP...: installs what is missing of the packages that a group needs, through apt as root or with
# sudo; on other systems it names them and goes on, since they may be installed under other names.
#   build   what the library and the program `stylegan` are compiled with
#   test    the tests and benchmarks
#   clang   the second compiler, with its sanitizers, its fuzzer and clang-tidy
#   extras  ffmpeg, which writes videos, a browser for the tests of pages, the checker of ONNX files, emscripten, which compiles the
#           page without a server, and MPI, with which several processes train; without them, those are refused or skipped
#   docs    the API pages; without it, the test that every public name is documented is skipped
set -euo pipefail

build="g++ cmake ninja-build pkg-config libeigen3-dev libxtensor-dev libxsimd-dev libcli11-dev nlohmann-json3-dev
  libpng-dev libjpeg-dev zlib1g-dev libzip-dev libxxhash-dev libwebp-dev libcpp-httplib-dev"
test="libboost-test-dev libbenchmark-dev"
clang="clang libclang-rt-dev clang-tidy"
docs="doxygen"
extras="ffmpeg chromium python3-onnx emscripten openmpi-bin libopenmpi-dev
  iproute2 procps"

wanted=()
for group in "$@"; do
  case $group in
    build | test | clang | docs | extras) read -r -d '' -a packages <<<"${!group}" || true ;;
    *)
      echo "install-packages.sh: unknown group '$group', expected build, test, clang, docs or extras" >&2
      exit 2
      ;;
  esac
  wanted+=("${packages[@]}")
done

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "This system has no apt. Needed, under the names of Debian: ${wanted[*]}"
  exit 0
fi

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Missing packages; install them as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "Installing packages: ${missing[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends \
  -o Dpkg::Use-Pty=0 "${missing[@]}" >/dev/null
