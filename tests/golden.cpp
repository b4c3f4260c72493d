// SPDX-License-Identifier: Apache-2.0
// Runs golden files: test_golden [--kernels=plain|fast|eigen] [STEM...] [options of Boost.Test], all of them without a stem.
// On the device Cuda --precision=tf32|fp16|bf16 computes in that precision and checks with its tolerances.
// A file that is not there is named and skipped; when nothing else was asked for, the exit status is 77.
// Compiled with GOLDEN_ON_CUDA, networks are on that device; where there is no GPU the exit status is 77, too. With the
// stand-in of tests/cuda_host, --mutation=NAME makes the program behave as if it had that defect: see cuda_host.hpp.
#include "golden_data.hpp"

#include "golden/results.hpp"

#ifdef STYLEGAN_CUDA_STAND_IN
#include <cuda_host.hpp>
#endif

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#ifdef GOLDEN_ON_CUDA
#define GOLDEN_ONCE(stem, function)
#define GOLDEN_CPU(stem, function)
#else
#define GOLDEN_ONCE(stem, function) GOLDEN(stem, function)
#define GOLDEN_CPU(stem, function) GOLDEN(stem, function)
#endif

#define GOLDEN_OP(stem, function) GOLDEN(stem, function)

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
stylegan::Kernels chosen_kernels = stylegan::Kernels::plain;

stylegan::Kernels kernels_of(std::string_view name) {
    for (const auto& [kernels, its_name] : stylegan::kernels_names)
        if (its_name == name) return kernels;
    throw std::runtime_error("no kernels are called " + std::string(name));
}

#ifdef GOLDEN_ON_CUDA
stylegan::Precision chosen_precision = stylegan::Precision::fp32;

stylegan::Precision precision_of(std::string_view name) {
    for (const auto& [precision, its_name] : stylegan::precision_names)
        if (its_name == name) return precision;
    throw std::runtime_error("no precision is called " + std::string(name));
}
#endif

#ifdef STYLEGAN_CUDA_STAND_IN
/// A test leaves nothing behind, and did nothing that a GPU would not have survived.
void check_device() {
    for (const std::string& fault : cuda_host::faults()) BOOST_ERROR("fault: " << fault);
    for (const std::string& line : cuda_host::left_over()) BOOST_ERROR("left over: " << line);
    BOOST_TEST(cuda_host::counts().nondeterministic == 0);
    BOOST_TEST((cuda_host::counts().reduced_precision > 0) == (chosen_precision != stylegan::Precision::fp32));
    BOOST_TEST(cuda_host::counts().launches + cuda_host::counts().products > 0);
}
#else
void check_device() {}
#endif

bool there_is_a_device() {
#ifdef GOLDEN_ON_CUDA
    return stylegan::cuda_devices() > 0;
#else
    return true;
#endif
}

bool register_chosen() {
    for (const Case& c : chosen) {
        const auto file = folder / (c.stem + ".safetensors");
        boost::unit_test::framework::master_test_suite().add(boost::unit_test::make_test_case(
            [check = c.check, file] {
                check(file);
                check_device();
            },
            c.stem, __FILE__, __LINE__));
    }
    return true;
}

int run(int argc, char** argv) {
    std::vector<char*> options{argv[0]};
#ifdef STYLEGAN_CUDA_STAND_IN
    char leave[] = "--catch_system_errors=no";  // to the stand-in, which can tell what they were
    options.push_back(leave);
#endif
    std::vector<std::string> stems;
    for (int i = 1; i < argc; ++i)
        if (const std::string_view option = argv[i]; option.starts_with("--kernels="))
            chosen_kernels = kernels_of(option.substr(10));
#ifdef GOLDEN_ON_CUDA
        else if (option.starts_with("--precision="))
            chosen_precision = precision_of(option.substr(12));
#endif
#ifdef STYLEGAN_CUDA_STAND_IN
        else if (option.starts_with("--mutation="))
            cuda_host::mutate(cuda_host::mutation_of(std::string(option.substr(11))));
#endif
        else if (option.starts_with("-"))
            options.push_back(argv[i]);
        else
            stems.emplace_back(argv[i]);
    if (stems.empty())
        for (const Case& c : cases) stems.push_back(c.stem);

    if (!there_is_a_device()) {
        std::cout << "skipped: there is no CUDA device\n";
        return skipped;
    }
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

stylegan::Kernels golden::kernels() { return chosen_kernels; }
#ifdef GOLDEN_ON_CUDA
stylegan::Precision golden::precision() { return chosen_precision; }
#endif

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        std::cerr << "test_golden: " << e.what() << '\n';
        return 1;
    }
}
