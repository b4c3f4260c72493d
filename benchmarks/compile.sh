#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How long a file compiles that includes one public header, and one that uses Generator<1024>.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: benchmarks/compile.sh [--against DIR] [--reps N] [--headers] [--cxx COMPILER]

Compiles a file that uses Generator<1024> (-O3 -march=native), by headers alone and with stylegan::compiled, and prints the
CPU seconds of the compiler (the median of N runs) and its peak memory.

  --against DIR    the include folder of another version, which is compiled in turns with this one; prints the ratio
  --reps N         runs (5)
  --headers        also a file for each header that stylegan.hpp includes, with nothing else in it; prints a table
  --cxx COMPILER   (g++)
TEXT
}

root=$(cd "$(dirname "$0")/.." && pwd)
against='' reps=5 headers=false cxx=g++
fail() {
  printf 'compile.sh: %s\n' "$1" >&2
  exit 2
}
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h)
      usage
      exit
      ;;
    --headers)
      headers=true
      shift
      continue
      ;;
    --against | --reps | --cxx) [ $# -gt 1 ] || fail "$1 needs a value" ;;
    *) fail "unknown argument '$1'; --help tells the known ones" ;;
  esac
  case $1 in
    --against) against=$2 ;;
    --reps)
      [[ $2 =~ ^[1-9][0-9]*$ ]] || fail "--reps is '$2', expected a positive whole number"
      reps=$2
      ;;
    --cxx) cxx=$2 ;;
  esac
  shift 2
done
[ -z "$against" ] || [ -e "$against/stylegan/stylegan.hpp" ] || fail "--against: $against holds no stylegan/stylegan.hpp"

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
read -r -a eigen <<<"$(pkg-config --cflags eigen3 2>/dev/null || echo "-I/usr/include/eigen3")"
eigen=("${eigen[@]/#-I/-isystem}")

# seconds INCLUDE FILE OPTION...: CPU seconds and peak memory in MiB
seconds() {
  local include=$1 file=$2
  shift 2
  python3 - "$cxx" -std=c++20 -O3 -march=native "$@" -I "$include" "${eigen[@]}" -c "$file" -o "$temporary/out.o" <<'PYTHON'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{used.ru_utime + used.ru_stime:.2f} {used.ru_maxrss // 1024}")
PYTHON
}
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

printf '%s\n' '#include <stylegan/models/generator.hpp>' 'int main() {' '    const stylegan::Generator<1024> g;' \
  '    return g({{0.0f}}).size() == 0;' '}' >"$temporary/user.cpp"

for form in "headers alone" "stylegan::compiled"; do
  options=()
  [ "$form" = "headers alone" ] || options=(-DSTYLEGAN_COMPILED)
  : >"$temporary/ours"
  : >"$temporary/theirs"
  : >"$temporary/ratios"
  for ((i = 0; i < reps; ++i)); do
    ours=$(seconds "$root/include" "$temporary/user.cpp" "${options[@]}")
    printf '%s\n' "$ours" >>"$temporary/ours"
    if [ -n "$against" ]; then
      theirs=$(seconds "$against" "$temporary/user.cpp" "${options[@]}")
      printf '%s\n' "$theirs" >>"$temporary/theirs"
      awk -v a="${ours% *}" -v b="${theirs% *}" 'BEGIN {printf "%.3f\n", a / b}' >>"$temporary/ratios"
    fi
  done
  printf 'Generator<1024>, %s: %s s, %s MiB' "$form" "$(cut -d' ' -f1 "$temporary/ours" | median)" \
    "$(cut -d' ' -f2 "$temporary/ours" | median)"
  [ -z "$against" ] || printf '; the other version %s s; ratio %s (%s to %s)' \
    "$(cut -d' ' -f1 "$temporary/theirs" | median)" "$(median <"$temporary/ratios")" \
    "$(sort -n "$temporary/ratios" | head -n 1)" "$(sort -n "$temporary/ratios" | tail -n 1)"
  printf '\n'
done

if $headers; then
  printf '\n| header | seconds |\n|---|---|\n'
  sed -n 's/^#include <\(stylegan\/.*\)>$/\1/p' "$root/include/stylegan/stylegan.hpp" | grep -v 'device/cuda' |
    while read -r header; do
      printf '#include <%s>\n' "$header" >"$temporary/header.cpp"
      printf '| `%s` | %s |\n' "${header#stylegan/}" "$(seconds "$root/include" "$temporary/header.cpp" | cut -d' ' -f1)"
    done
  printf '#include <stylegan/stylegan.hpp>\n' >"$temporary/header.cpp"
  printf '| `stylegan.hpp` | %s |\n' "$(seconds "$root/include" "$temporary/header.cpp" | cut -d' ' -f1)"
fi
