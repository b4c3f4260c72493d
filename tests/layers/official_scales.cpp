// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/adain.hpp>
#include <stylegan/layers/any_synthesis_block.hpp>
#include <stylegan/layers/discriminator_block.hpp>
#include <stylegan/layers/discriminator_output.hpp>
#include <stylegan/layers/from_rgb.hpp>
#include <stylegan/layers/mapping_network.hpp>
#include <stylegan/layers/to_rgb.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <string>
#include <vector>

// Scales of the layers in the official network: gain / sqrt(fan_in) on a weight, lrmul on weight and bias. With all weights
// at 1, a layer's output is its scale times the number of terms. A derivative knows nothing of that.
BOOST_AUTO_TEST_SUITE(official_scales)

using namespace stylegan;

namespace {

using Double = BasicCpu<double>;

constexpr Architecture small{.resolution_log2 = 3,
                             .fmap_base = 32,
                             .fmap_max = 8,
                             .latent_size = 6,
                             .dlatent_size = 5,
                             .mapping_layers = 2,
                             .mapping_fmaps = 7};

/// Sets all weights and biases.
template <class Layer>
void set(Layer& layer, double weights, double biases) {
    for_each_parameter(layer, [&](const std::string& name, Parameter<Double>& p) {
        std::fill(p.value().begin(), p.value().end(), name.ends_with("bias") ? biases : weights);
    });
}

std::vector<double> ones(Index count) { return std::vector<double>(static_cast<std::size_t>(count), 1.0); }

template <class Layer>
double first_initial_deviation(Layer& layer) {
    double found = -1;
    for_each_parameter(layer, [&](const std::string&, Parameter<Double>& p) {
        if (found < 0) found = p.initial().standard_deviation;
    });
    return found;
}

/// The value of a layer's first output at (row, column), for an input of ones.
template <class Layer>
double value_at(const Layer& layer, Shape4 in, Shape4 out, Index row, Index column) {
    Context<Double> context(Double{.threads = 1});
    const std::vector<double> x = ones(View<const double, 4>{nullptr, in}.size());
    std::vector<double> y(static_cast<std::size_t>(View<const double, 4>{nullptr, out}.size()));
    const Maps<double> to{y.data(), out};
    const Workspace::Frame frame(context.workspace());
    layer.forward(context, Maps<const double>{x.data(), in}, to, nullptr);
    return to(0, 0, row, column);
}

const auto close = boost::test_tools::tolerance(1e-12);

}  // namespace

BOOST_AUTO_TEST_CASE(dense_layers_and_convolutions_have_a_gain_of_the_root_of_2) {
    Context<Double> context(Double{.threads = 1});
    for (const double lrmul : {1.0, 0.01}) {
        Dense<dynamic, dynamic, Double> dense(10, 3, {.lr = {.lrmul = lrmul}});
        BOOST_TEST(first_initial_deviation(dense) == 1 / lrmul, close);
        set(dense, 1, 0.5);
        const std::vector<double> x = ones(10);
        std::vector<double> y(3);
        dense.forward(context, Rows<const double>{x.data(), {1, 10}}, Rows<double>{y.data(), {1, 3}});
        BOOST_TEST(y[0] == lrmul * (10 * std::sqrt(2.0 / 10) + 0.5), close);
    }
    AnyConvolution<Double> convolution(4, 3, 3, Resample::none);
    set(convolution, 1, 0.5);
    BOOST_TEST(value_at(convolution, {1, 4, 3, 3}, {1, 3, 3, 3}, 1, 1) == 36 * std::sqrt(2.0 / 36) + 0.5, close);
}

BOOST_AUTO_TEST_CASE(colours_leave_with_gain_1_and_enter_with_that_of_the_others) {
    AnyToRgb<Double> to_rgb(5, 3);
    set(to_rgb, 1, 0.5);
    BOOST_TEST(value_at(to_rgb, {1, 5, 2, 2}, {1, 3, 2, 2}, 0, 0) == 5 * std::sqrt(1.0 / 5) + 0.5, close);
    AnyFromRgb<Double> from_rgb(5, 3, 0.2, true);
    set(from_rgb, 1, 0.5);
    BOOST_TEST(value_at(from_rgb, {1, 3, 2, 2}, {1, 5, 2, 2}, 0, 0) == 3 * std::sqrt(2.0 / 3) + 0.5, close);
}

BOOST_AUTO_TEST_CASE(styles_have_gain_1) {
    Context<Double> context(Double{.threads = 1});
    AdaIN<dynamic, dynamic, Double> adain(3, 16);
    BOOST_TEST(first_initial_deviation(adain) == 1, close);
    set(adain, 1, 0.5);
    const Workspace::Frame frame(context.workspace());
    const std::vector<double> w = ones(16);
    const Rows<double> style = adain.style(context, Rows<const double>{w.data(), {1, 16}});
    for (Index i = 0; i < 6; ++i) BOOST_TEST(style(0, i) == 16 * std::sqrt(1.0 / 16) + 0.5, close);
}

BOOST_AUTO_TEST_CASE(the_mapping_network_learns_at_a_hundredth_of_the_rate) {
    Context<Double> context(Double{.threads = 1});
    AnyMappingNetwork<Double> mapping(small);
    BOOST_TEST(first_initial_deviation(mapping) == 100, close);
    set(mapping, 100, 50);
    const std::vector<double> z = ones(6);
    std::vector<double> w(5);
    mapping.forward(context, Rows<const double>{z.data(), {1, 6}}, {}, Rows<double>{w.data(), {1, 5}});
    const double normal = 1 / std::sqrt(1 + 1e-8), first = 6 * normal * std::sqrt(2.0 / 6) + 0.5;
    BOOST_TEST(w[0] == 7 * first * std::sqrt(2.0 / 7) + 0.5, close);
}

// Configurations A to C: a dense layer of w with gain sqrt(2) / 4 in place of the constant.
BOOST_AUTO_TEST_CASE(the_traditional_input_has_a_quarter_of_the_gain) {
    Architecture a = small;
    a.const_input_layer = a.use_styles = a.use_instance_norm = a.use_noise = false;
    AnySynthesisBlock<Double> block(a, 0);
    set(block, 1, 0);
    Context<Double> context(Double{.threads = 1});
    const Shape4 shape = block.output_shape(1);
    const auto channels = static_cast<double>(shape[1]);
    const std::vector<double> w = ones(5);
    std::vector<double> y(static_cast<std::size_t>(View<const double, 4>{nullptr, shape}.size()));
    const Workspace::Frame frame(context.workspace());
    LayerInputs<double> in;
    in.w[0] = in.w[1] = Rows<const double>{w.data(), {1, 5}};
    const Maps<double> to{y.data(), shape};
    block.forward(context, {}, in, to);
    const double input = 5 * std::sqrt(2.0 / 5) / 4;
    BOOST_TEST(to(0, 0, 1, 1) == input * 9 * channels * std::sqrt(2 / (9 * channels)), close);
}

BOOST_AUTO_TEST_CASE(the_constant_starts_at_1_and_noise_and_biases_at_0) {
    AnySynthesisBlock<Double> block(small, 0);
    int constants = 0;
    for_each_parameter(block, [&](const std::string& name, const Parameter<Double>& p) {
        const bool constant = name.ends_with("/const"),
                   weight = name.ends_with("/weight") && !name.ends_with("Noise/weight");
        constants += constant ? 1 : 0;
        BOOST_TEST(p.initial().mean == (constant ? 1 : 0), name);
        BOOST_TEST(p.initial().standard_deviation == (weight ? 1 : 0), name);
    });
    BOOST_TEST(constants == 1);
}

BOOST_AUTO_TEST_CASE(the_score_has_gain_1) {
    Architecture a = small;
    a.mbstd_group_size = 0;
    DiscriminatorOutput<Double> output(a);
    set(output, 1, 0);
    const double channels = a.feature_maps(0), hidden = a.nf(0);
    Context<Double> context(Double{.threads = 1});
    const std::vector<double> x = ones(a.feature_maps(0) * 16);
    double score = 0;
    const Workspace::Frame frame(context.workspace());
    output.forward(context, Maps<const double>{x.data(), {1, a.feature_maps(0), 4, 4}}, {},
                   Rows<double>{&score, {1, 1}}, nullptr);
    // sums over 3x3 pixels, of which corners see four and edges six: 4 * 4 + 8 * 6 + 4 * 9 = 100 terms
    const double convolved = 100 * channels * std::sqrt(2 / (9 * channels));
    const double first = channels * convolved * std::sqrt(2 / (16 * channels));
    BOOST_TEST(score == hidden * first * std::sqrt(1 / hidden), close);
}

// The mean of four pixels, whose convolution has the same scale as one without.
BOOST_AUTO_TEST_CASE(a_discriminator_block_halves_by_the_mean) {
    Architecture a = small;
    a.resolution_log2 = 4;
    AnyDiscriminatorBlock<Double> block(a, 2);
    set(block, 1, 0);
    const Index in = a.feature_maps(2), out = a.feature_maps(1);
    const auto channels = static_cast<double>(in);
    const double scale = 9 * channels * std::sqrt(2 / (9 * channels));
    BOOST_TEST(value_at(block, {1, in, 16, 16}, {1, out, 8, 8}, 4, 4) == scale * scale, close);
}

BOOST_AUTO_TEST_SUITE_END()
