// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/numpy_random_state.hpp>
#include <stylegan/io/tensors/safetensors.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

/// Each tensor's name says what was drawn and from which seed: f64/randn_seed5, f64/rand_seed0, randint100_seed42,
/// permutation50_seed1. Its length says how often.
void golden_numpy_randomstate(const std::filesystem::path& file) {
    const stylegan::SafetensorsFile tensors(file);
    const std::regex form("(?:f64/)?(randn|rand|randint|permutation)([0-9]*)_seed([0-9]+)");
    std::size_t checked = 0;
    for (const std::string& name : tensors.names()) {
        BOOST_TEST_CONTEXT(name) {
            std::smatch parts;
            BOOST_TEST_REQUIRE(std::regex_match(name, parts, form));
            const std::string kind = parts[1];
            const auto expected = tensors.read_double(name);
            stylegan::NumpyRandomState state(static_cast<std::uint32_t>(std::stoull(parts[3])));
            std::vector<double> found;
            if (kind == "permutation") {
                for (const std::int64_t k : state.permutation(std::stoll(parts[2])))
                    found.push_back(static_cast<double>(k));
            } else {
                for (std::size_t i = 0; i < expected.size(); ++i)
                    found.push_back(kind == "randn"  ? state.randn()
                                    : kind == "rand" ? state.rand()
                                                     : static_cast<double>(state.randint(std::stoll(parts[2]))));
            }
            BOOST_TEST_REQUIRE(found.size() == expected.size());
            // Only the logarithm inside randn may differ between mathematical libraries, in its last bit.
            const double tolerance = kind == "randn" ? 4e-16 : 0;
            double largest = 0;
            for (std::size_t i = 0; i < found.size(); ++i)
                largest = std::max(largest, std::abs(found[i] - expected[i]) - tolerance * std::abs(expected[i]));
            BOOST_TEST(largest <= 0.0);
            ++checked;
        }
    }
    BOOST_TEST(checked > 0u);
}
