// SPDX-License-Identifier: Apache-2.0
#include "io/port_files.hpp"
#include "io/temporary_folder.hpp"
#include "networks.hpp"

#include <stylegan/models/load.hpp>

BOOST_AUTO_TEST_SUITE(measured_average)

using namespace model_test;

// More samples than are mapped at once; each has its own latents.
BOOST_AUTO_TEST_CASE(is_the_mean_w_of_one_stream_of_latents) {
    constexpr std::size_t samples = 600;
    const auto g = trained(AnyGenerator<Cpu>(small, 1));
    auto z = xt::xtensor<float, 2>::from_shape({samples, 7});
    RandomStream(5, 0, Purpose::latents).fill_normal(z.data(), z.size());
    const auto w = g.map(z);
    std::vector<double> mean(9);
    for (std::size_t i = 0; i < w.size(); ++i) mean[i % 9] += static_cast<double>(w.data()[i]) / samples;
    const auto measured = g.measure_w_average(samples, 5);
    for (std::size_t k = 0; k < 9; ++k) BOOST_TEST(std::abs(static_cast<double>(measured[k]) - mean[k]) < 1e-5);
}

// Without it, truncation would move pictures towards w = 0.
BOOST_AUTO_TEST_CASE(stands_in_for_that_of_a_file_without_one) {
    constexpr Architecture a{.resolution_log2 = 3,
                             .fmap_base = 64,
                             .fmap_max = 6,
                             .latent_size = 8,
                             .dlatent_size = 8,
                             .mapping_layers = 2,
                             .mapping_fmaps = 8};
    const auto original = trained(AnyGenerator<Cpu>(a, 1));
    test::OfficialTensors tensors;
    for_each_parameter(original, [&](const std::string& name, const Parameter<Cpu>& p) {
        tensors[name] = {p.shape(), {p.value().begin(), p.value().end()}};
    });
    const test::TemporaryFolder folder;
    test::write_port(folder / "for_g_all.pt", tensors, &test::PortFile::add_lernapparat);
    const auto loaded = load_generator(folder / "for_g_all.pt", Cpu{.threads = 1});
    const std::vector<float> average = loaded.w_average();
    BOOST_TEST((average == loaded.measure_w_average()));
    BOOST_TEST(std::any_of(average.begin(), average.end(), [](float v) { return v != 0; }));
}

BOOST_AUTO_TEST_SUITE_END()
