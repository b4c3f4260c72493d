// SPDX-License-Identifier: Apache-2.0
#include "golden/results.hpp"

#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/models/load.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

/// Both pickles hold, number for number, what the safetensors file holds, and give its picture.
void golden_official_format(const std::filesystem::path& path) {
    using namespace stylegan;
    const SafetensorsFile expected(path);
    for (const char* protocol : {"2", "4"}) {
        BOOST_TEST_CONTEXT("protocol " << protocol) {
            const Checkpoint checkpoint(path.parent_path() /
                                        ("official_format_protocol" + std::string(protocol) + ".pkl"));
            BOOST_TEST(checkpoint.assumed().empty());
            std::size_t variables = 0;
            for (const auto& [ours, prefix] : {std::pair{"g/", "G/"}, {"d/", "D/"}, {"gs/", "Gs/"}})
                for (const std::string& name : golden::names_below(expected, ours)) {
                    const std::string official = prefix + name.substr(std::string(ours).size());
                    BOOST_TEST_CONTEXT(official) {
                        BOOST_TEST_REQUIRE(checkpoint.file().contains(official));
                        auto shape = checkpoint.file().shape(official);
                        if (shape.empty()) shape = {1};  // a single number
                        BOOST_TEST(shape == expected.shape(name), boost::test_tools::per_element());
                        const bool equal = checkpoint.file().read_float(official) == expected.read_float(name);
                        BOOST_TEST(equal);
                    }
                    ++variables;
                }
            BOOST_TEST(checkpoint.file().names().size() == variables);  // and nothing else

            const auto context = golden::context();
            const auto generator = load_generator(checkpoint, context);
            (void)load_discriminator(checkpoint, context);
            const auto z = latents_of_seeds({5}, static_cast<std::size_t>(generator.architecture().latent_size));
            const golden::Result picture(generator(z, {.truncation = {.psi = 0.7f, .cutoff = 8}}));
            golden::check_close(expected, "out/gs_image_psi0.7", picture, golden::forward_tolerance());
        }
    }
}
