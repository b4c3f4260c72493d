// SPDX-License-Identifier: Apache-2.0
// test_fuzz TARGET FOLDER...: runs a fuzz target on no bytes, on every file of the folders, and on the beginnings of each
// file. A target aborts on what must not happen; every exception that it lets through is a failure.
#include "replay/replay.hpp"

#include <stylegan/io/files/read_file.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <span>

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const std::span<char*> folders) {
    std::vector<fs::path> files;
    for (const char* folder : folders) {
        if (!fs::exists(folder)) continue;  // nothing was found yet
        for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

void run(const fuzz::Target& target, const fs::path& path) {
    constexpr std::size_t most_beginnings = 64;
    const stylegan::Bytes whole = stylegan::read_file(path);
    std::printf("%s: %zu bytes\n", path.c_str(), whole.size());
    std::fflush(stdout);
    target.run(whole.data(), whole.size());
    const std::size_t step = whole.size() / most_beginnings + 1;
    for (std::size_t size = 0; size < whole.size(); size += step) {
        const stylegan::Bytes beginning(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        target.run(beginning.data(), size);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fputs("test_fuzz TARGET FOLDER...\n", stderr);
        return 2;
    }
    const auto& all = fuzz::targets();
    const auto target = std::find_if(all.begin(), all.end(), [&](const auto& t) { return t.name == argv[1]; });
    if (target == all.end()) {
        std::fprintf(stderr, "%s: is no fuzz target\n", argv[1]);
        return 2;
    }
    try {
        const auto files = files_in(std::span(argv + 2, static_cast<std::size_t>(argc) - 2));
        if (files.empty()) {
            std::fprintf(stderr, "%s: has no seeds, expected a file in tests/fuzz/seeds/%s\n", argv[1], argv[1]);
            return 1;
        }
        const std::uint8_t none = 0;
        target->run(&none, 0);
        for (const fs::path& file : files) run(*target, file);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", argv[1], error.what());
        return 1;
    }
    return 0;
}
