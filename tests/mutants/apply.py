#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a copy of the sources in which every defect of the lists can be switched on; called by tests/mutants.sh.

    apply.py ROOT COPY    writes a copy of the tree, without build folders; touches changed files only
    apply.py ROOT         checks the lists alone
Prints one line for each defect: number, floor, tests, what it is, separated by tabs. README.md describes the lists."""
import pathlib
import re
import shutil
import sys

SWITCH = """// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <type_traits>

namespace stylegan_mutants {

inline int number() {
    static const int chosen = [] {
        const char* const text = std::getenv("STYLEGAN_MUTANT");
        return text != nullptr ? std::atoi(text) : 0;
    }();
    return chosen;
}

/// Whether a defect is switched on. Constants are computed without defects.
constexpr bool active(int mutant) {
    if (std::is_constant_evaluated()) return false;
    return number() == mutant;
}

}  // namespace stylegan_mutants
"""
TESTED = ["core", "device", "io", "ops", "layers", "models", "training", "metrics", "cli"]


misfits = []


def fail(where, what):
    sys.exit(f"tests/mutants: {where}: {what}")


def misfit(where, what):
    """A defect that has no place in the sources. All are told before the end."""
    misfits.append(f"tests/mutants: {where}: {what}")


class Mutant:
    def __init__(self, number, title, where):
        self.number, self.title, self.where = number, title, where
        self.floor, self.fields = where.split(":")[0].removesuffix(".txt"), {}

    def complete(self, root):
        for name in ("file", "tests", "text", "with"):
            if name not in self.fields:
                fail(self.where, f"{self.number} has no \"{name}\"")
        path = self.fields["file"]
        self.path = path if path.startswith("examples/") else f"include/stylegan/{path}"
        if not (root / self.path).is_file():
            return misfit(self.where, f"{self.number}: there is no {self.path}")
        parts = self.fields["text"].split("@")
        if len(parts) != 3:
            fail(self.where, f"{self.number}: expected one @original@ in its text")
        source, context = (root / self.path).read_text(), "".join(parts)
        count = source.count(context)
        if count != 1:
            return misfit(self.where, f"{self.number}: {self.path} has its text {count} times, expected once: {context}")
        self.begin = source.index(context) + len(parts[0])
        self.end = self.begin + len(parts[1])


def read_list(path, root):
    mutants, last = [], None
    for n, line in enumerate(path.read_text().splitlines(), 1):
        where = f"{path.name}:{n}"
        if not line.strip() or line.startswith("#"):
            last = None
        elif heading := re.fullmatch(r"(\d+) +(.+)", line):
            mutants.append(Mutant(int(heading[1]), heading[2], where))
        elif field := re.fullmatch(r"  (file |tests|text |with |     )(?: (.*))?", line):
            if not mutants:
                fail(where, "a field before the first defect")
            name, value = field[1].strip(), field[2] or ""
            fields = mutants[-1].fields
            if name:
                if name in fields:
                    fail(where, f"a second \"{name}\"")
                fields[name] = value
            elif last:
                fields[last] += "\n" + value
            else:
                fail(where, "continues nothing")
            last = name or last
        else:
            fail(where, f"is no field of a defect: {line}")
    for m in mutants:
        m.complete(root)
    return mutants


def switched(original, mutants):
    """The original text, or that of the defect that is switched on."""
    if original.rstrip().endswith((";", "}")):
        branches = "".join(f"if (stylegan_mutants::active({m.number})) {{ {m.fields['with']} }} else " for m in mutants)
        return f"{{ {branches}{{ {original} }} }}"
    branches = "".join(f"stylegan_mutants::active({m.number}) ? ({m.fields['with']}) : " for m in mutants)
    return f"({branches}({original}))"


def mutated(source, mutants, path):
    spans = {}
    for m in mutants:
        spans.setdefault((m.begin, m.end), []).append(m)
    end_before, out, at = 0, "", 0
    for (begin, end), here in sorted(spans.items()):
        if begin < end_before:
            fail(here[0].where, f"{here[0].number} overlaps with another defect of {path}")
        out += source[at:begin] + switched(source[begin:end], here)
        at = end_before = end
    out += source[at:]
    first = re.search(r"^#include", out, re.MULTILINE).start()
    return out[:first] + "#include <stylegan_mutants.hpp>\n" + out[first:]


def main():
    root = pathlib.Path(sys.argv[1])
    mutants = [m for path in sorted((root / "tests/mutants").glob("*.txt")) for m in read_list(path, root)]
    numbers = [m.number for m in mutants]
    for m in mutants:
        if numbers.count(m.number) > 1:
            fail(m.where, f"{m.number} is the number of two defects")
    if misfits:
        sys.exit("\n".join(misfits))
    if len(sys.argv) > 2:
        write_copy(root, pathlib.Path(sys.argv[2]), mutants)
    for m in sorted(mutants, key=lambda m: m.number):
        print(m.number, m.floor, " ".join(m.fields["tests"].split()), m.title, sep="\t")


def write_copy(root, copy, mutants):
    # Of the test files, only those that the lists name: they take most of the time to compile.
    named = {t.split(".")[0].removesuffix("_eigen") + "/" + t.split(".")[1] + ".cpp"
             for m in mutants for t in m.fields["tests"].split()}
    named |= {"cli/info.cpp"}  # has what others share
    named |= set(re.findall(r"\b\w+/\w+\.cpp\b", (root / "tests/CMakeLists.txt").read_text()))
    wanted = {}
    for top in root.iterdir():
        if top.name in (".git", "build", "runs", "out"):
            continue
        for path in [top] if top.is_file() else top.rglob("*"):
            name = path.relative_to(root).as_posix()
            parts = name.split("/")
            unnamed = (parts[0] == "tests" and len(parts) > 2 and parts[1] in TESTED and name.endswith(".cpp")
                       and f"{parts[1]}/{parts[-1]}" not in named)
            if path.is_file() and not unnamed and "__pycache__" not in parts:
                wanted[name] = path
    contents = {"include/stylegan_mutants.hpp": SWITCH.encode()}
    for name, path in wanted.items():
        here = [m for m in mutants if m.path == name]
        contents[name] = mutated(path.read_text(), here, name).encode() if here else path.read_bytes()
    for name, content in contents.items():
        target = copy / name
        if target.is_file() and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        if name in wanted:
            shutil.copymode(wanted[name], target)
    for path in copy.rglob("*"):
        if path.is_file() and path.relative_to(copy).as_posix() not in contents:
            path.unlink()


main()
