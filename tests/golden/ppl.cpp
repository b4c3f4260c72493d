// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/metrics/path_generator.hpp>
#include <stylegan/metrics/path_length.hpp>

#include "architectures.hpp"
#include "results.hpp"
#include "seeded_lpips.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace stylegan;

/// "f64/z_full_eps0.0001_crop" -> what it was computed with
PathLengthOptions options_of(const std::string& name) {
    const std::size_t epsilon = name.find("_eps"), window = name.rfind('_');
    BOOST_TEST_REQUIRE((epsilon != std::string::npos && window > epsilon), name << " is not known to this test");
    PathLengthOptions o;
    const std::string path = name.substr(4, epsilon - 4), part = name.substr(window + 1);
    o.space = path[0] == 'z' ? PathSpace::z : PathSpace::w;
    o.sampling = path.ends_with("full") ? PathSampling::full : PathSampling::end;
    o.epsilon = golden::number_after(name.substr(0, window), name.substr(0, epsilon + 4));
    o.crop = part == "crop";
    return o;
}

/// Rows 2i and 2i + 1 of in/z are the ends of path i, in/t are the positions for "full".
void check_distances(const SafetensorsFile& file, const std::string& name, const PathGenerator<float>& generator,
                     const Lpips<golden::Device>& lpips) {
    const PathLengthOptions options = options_of(name);
    const auto z = golden::read<2>(file, "in/z");
    std::vector<double> t = file.read_double("in/t");
    if (options.sampling == PathSampling::end) t.assign(t.size(), 0.0);
    const auto found =
        path_distances(generator, lpips, options, z, t, {}, {.samples = std::vector<std::uint64_t>(t.size())});
    const auto expected = file.read_double(name);
    BOOST_TEST_REQUIRE(found.size() == expected.size());
    const double tolerance = options.epsilon < 1e-3 ? 2e-2 : 1e-3;
    for (std::size_t i = 0; i < found.size(); ++i)
        BOOST_TEST(std::abs(found[i] - expected[i]) <= tolerance * std::abs(expected[i]),
                   name << ", sample " << i << ": " << found[i] << ", expected " << expected[i]);
}

}  // namespace

void golden_ppl(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    const auto seed = static_cast<std::uint32_t>(std::stoul(file.metadata().at("weights_seed")));
    const Architecture architecture = golden::described_architecture(file, "net/");
    const auto context = golden::context();
    AnyGenerator<golden::Device> network(architecture, context, uninitialized);
    load_parameters(file, "net/", network);
    const Lpips<golden::Device> lpips = golden::seeded_lpips(seed, context);
    for (const std::string& name : golden::names_below(file, "f64/")) {
        if (name.starts_with("f64/percentile")) continue;
        if (golden::plain_arithmetic() && !name.ends_with("eps0.0001_crop")) continue;  // these take long
        check_distances(file, name, path_generator(network), lpips);
    }

    const PathEstimate found = estimate_path_length(file.read_double("f64/percentile_in"));
    const auto expected = file.read_double("f64/percentile_out");
    BOOST_TEST_REQUIRE(expected.size() == 3u);
    BOOST_TEST(found.rejection.lowest == expected[0]);
    BOOST_TEST(found.rejection.highest == expected[1]);
    BOOST_TEST(found.mean == expected[2], boost::test_tools::tolerance(1e-14));
}
