// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/checks/block_calls.hpp>
#include <stylegan/layers/initialize.hpp>
#include <stylegan/layers/synthesis_block.hpp>

#include "layer_case.hpp"

#include <deque>

BOOST_AUTO_TEST_SUITE(synthesis_block)

using namespace stylegan;
using namespace layer_test;

namespace {

/// Small widths, all different, and a base that is not square.
Architecture small() {
    return {.base = {2, 3},
            .resolution_log2 = 4,
            .fmap_base = 20,
            .fmap_max = 7,
            .latent_size = 6,
            .dlatent_size = 5,
            .mapping_fmaps = 4};
}

/// Inputs: x (none in the first stage), then w of both layers.
template <class Device>
auto block_case(const Architecture& a, int stage, Index n, bool shared_noise) {
    using Layer = AnySynthesisBlock<Device>;
    using Scalar = typename Device::Scalar;
    const Layer block(a, stage);
    const Shape4 s = block.output_shape(n);
    static std::deque<FeatureMaps<Device>> kept;  // the calls point to it
    const auto& noise = kept.emplace_back(
        random_tensor<FeatureMaps<Device>>(std::array<Index, 4>{shared_noise ? 1 : n, 1, s[2], s[3]}, 9));
    LayerCalls<Layer> calls =
        synthesis_block_calls<Layer>(a, stage, n, {.noise = {noise.view(), {}}, .strength = {Scalar(0.5), 1}});
    const std::size_t first = stage > 0 ? 1 : 0;  // index of the first style
    for (Index i = 0; i < static_cast<Index>(calls.inputs.size()); ++i) calls.optional_gradients.push_back(i);
    const auto w0 = static_cast<Index>(first);
    if (a.use_styles) calls.optional_tangents = {w0, w0 + 1};
    return LayerCase{block, calls};
}

void check_block(const std::string& name, const Architecture& a, int stage, std::uint64_t seed) {
    BOOST_REQUIRE(a.flaw() == nullptr);
    Draw draw(seed);
    const Index n = draw.between(1, 4);
    const bool shared = draw.between(0, 1) == 0;
    check_layer(
        [=]<class Device>(Device) { return block_case<Device>(a, stage, n, shared); },
        {.name = text("SynthesisBlock, ", name, ", stage ", stage, ", batch ", n), .seed = seed, .coordinates = 6},
        2e-5);
}

}  // namespace

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    for (int stage = 0; stage < 3; ++stage)
        check_block("style-based", small(), stage, 600 + static_cast<std::uint64_t>(stage));

    Architecture a = small();
    a.const_input_layer = false;
    check_block("dense input", a, 0, 610);

    a = small();
    a.blur_filter = no_blur;
    check_block("no blur", a, 1, 620);

    a = small();
    a.blur_filter = {5, {1, 4, 6, 4, 1}};
    a.fused_scale = FusedScale::on;
    a.nonlinearity = Nonlinearity::relu;
    check_block("fused, long blur, ReLU", a, 1, 630);

    a = small();
    a.bias_before_blur = true;
    a.instance_norm_epsilon = 1e-5;
    check_block("bias before the blur", a, 1, 635);

    a = config_b;
    a.base = {3, 2}, a.resolution_log2 = 3, a.fmap_base = 12, a.latent_size = 5;
    check_block("configuration B", a, 0, 640);
    check_block("configuration B", a, 1, 641);

    a = config_a;
    a.base = {3, 2}, a.resolution_log2 = 3, a.fmap_base = 12, a.latent_size = 5;
    check_block("configuration A", a, 0, 650);
    check_block("configuration A", a, 1, 651);
}

BOOST_AUTO_TEST_CASE(typed_and_dynamic_forms_agree_bit_for_bit) {
    static constexpr Architecture a{
        .base = {2, 3}, .resolution_log2 = 4, .fmap_base = 20, .fmap_max = 7, .dlatent_size = 5};
    Context<Cpu> context({.kernels = kernels_under_test()});
    SynthesisBlock<3, a> first;
    SynthesisBlock<6, a> second;
    AnySynthesisBlock<Cpu> any_first(a, 0), any_second(a, 1);
    stylegan::initialize(first, context, 1);
    stylegan::initialize(second, context, 2);
    stylegan::initialize(any_first, context, 1);
    stylegan::initialize(any_second, context, 2);
    const auto w = random_tensor<Vectors<Cpu, 5>>(std::array<Index, 2>{3, 5}, 1);
    FeatureMaps<Cpu> x({3, a.feature_maps(0), 2, 3}), y({3, a.feature_maps(1), 4, 6});
    any_first.forward(context, {}, {.w = {w.view(), w.view()}}, x.view());
    any_second.forward(context, x.view(), {.w = {w.view(), w.view()}}, y.view());
    const auto typed_x = first(context, w);
    BOOST_TEST(same(typed_x, x));
    BOOST_TEST(same(second(context, typed_x, w), y));
}

BOOST_AUTO_TEST_CASE(names_its_parameters_as_the_official_network) {
    const auto names = [](const Architecture& a, int stage) {
        std::vector<std::string> all;
        const AnySynthesisBlock<Cpu> block(a, stage);
        for_each_parameter(
            block, [&](const std::string& name, const auto&) { all.push_back(name); }, "G/");
        return all;
    };
    Architecture f;
    BOOST_TEST(
        names(f, 0) == (std::vector<std::string>{"G/4x4/Const/const", "G/4x4/Const/Noise/weight", "G/4x4/Const/bias",
                                                 "G/4x4/Const/StyleMod/weight", "G/4x4/Const/StyleMod/bias",
                                                 "G/4x4/Conv/weight", "G/4x4/Conv/Noise/weight", "G/4x4/Conv/bias",
                                                 "G/4x4/Conv/StyleMod/weight", "G/4x4/Conv/StyleMod/bias"}),
        boost::test_tools::per_element());
    f.use_styles = f.use_noise = false;
    BOOST_TEST(names(f, 1) == (std::vector<std::string>{"G/8x8/Conv0_up/weight", "G/8x8/Conv0_up/bias",
                                                        "G/8x8/Conv1/weight", "G/8x8/Conv1/bias"}),
               boost::test_tools::per_element());
    f.bias_before_blur = true;  // the place of the bias changes no name
    BOOST_TEST(names(f, 1) == (std::vector<std::string>{"G/8x8/Conv0_up/weight", "G/8x8/Conv0_up/bias",
                                                        "G/8x8/Conv1/weight", "G/8x8/Conv1/bias"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
