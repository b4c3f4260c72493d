// SPDX-License-Identifier: Apache-2.0
// Runs golden files: test_golden [STEM...] [options of Boost.Test], all of them without a stem.
// A file that is not there is named and skipped; when nothing else was asked for, the exit status is 77.
#include "golden_data.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#define GOLDEN(stem, function) void function(const std::filesystem::path& file);
#include "golden/cases.inc"
#undef GOLDEN

namespace {

struct Case {
    std::string stem;
    void (*check)(const std::filesystem::path& file);
};

const std::vector<Case> cases{
#define GOLDEN(stem, function) {#stem, function},
#include "golden/cases.inc"
#undef GOLDEN
};

constexpr int skipped = 77;

std::filesystem::path folder;
std::vector<Case> chosen;

bool register_chosen() {
    for (const Case& c : chosen) {
        const auto file = folder / (c.stem + ".safetensors");
        boost::unit_test::framework::master_test_suite().add(
            boost::unit_test::make_test_case([check = c.check, file] { check(file); }, c.stem, __FILE__, __LINE__));
    }
    return true;
}

int run(int argc, char** argv) {
    std::vector<char*> options{argv[0]};
    std::vector<std::string> stems;
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]).starts_with("-"))
            options.push_back(argv[i]);
        else
            stems.emplace_back(argv[i]);
    if (stems.empty())
        for (const Case& c : cases) stems.push_back(c.stem);

    folder = golden::folder();
    for (const std::string& stem : stems) {
        const auto found = std::find_if(cases.begin(), cases.end(), [&](const Case& c) { return c.stem == stem; });
        if (found == cases.end()) throw std::runtime_error("no golden test is called " + stem);
        if (std::filesystem::exists(folder / (stem + ".safetensors")))
            chosen.push_back(*found);
        else
            std::cout << "skipped: " << stem << ".safetensors is not in " << folder.string() << '\n';
    }
    if (chosen.empty()) return skipped;
    return boost::unit_test::unit_test_main(register_chosen, static_cast<int>(options.size()), options.data());
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        std::cerr << "test_golden: " << e.what() << '\n';
        return 1;
    }
}
