// SPDX-License-Identifier: Apache-2.0
#include "models/own_blocks.hpp"
#include "models/networks.hpp"

#include <stylegan/layers/checks/block_calls.hpp>
#include <stylegan/layers/checks/check_derivatives.hpp>
#include <stylegan/models/discriminator.hpp>
#include <stylegan/models/model_concepts.hpp>

BOOST_AUTO_TEST_SUITE(own_blocks)

using namespace model_test;

using Own = AnyGenerator<Cpu, SynthesisNetwork<Cpu, GainBlock<Cpu>>>;

static_assert(SynthesisBlockOf<AnySynthesisBlock<Cpu>, Cpu> && SynthesisBlockOf<GainBlock<Cpu>, Cpu>);
static_assert(DiscriminatorBlockOf<AnyDiscriminatorBlock<Cpu>, Cpu> && MappingNetworkOf<TwiceZ<Cpu>, Cpu>);
static_assert(GeneratorModel<AnyGenerator<Cpu>> && GeneratorModel<Own> && GeneratorModel<Generator<8>>);
static_assert(DiscriminatorModel<AnyDiscriminator<Cpu>> && DiscriminatorModel<Discriminator<8>>);
static_assert(!SynthesisBlockOf<int, Cpu> && !GeneratorModel<AnyDiscriminator<Cpu>>);

namespace {

/// Copies to `to` the parameters of `from` with the same names.
template <class From, class To>
void copy_parameters(const From& from, To& to) {
    std::map<std::string, std::vector<float>> values;
    for_each_parameter(
        from, [&](const std::string& name, const auto& p) { values[name].assign(p.value().begin(), p.value().end()); });
    for_each_parameter(to, [&](const std::string& name, auto& p) {
        if (values.contains(name)) std::copy(values[name].begin(), values[name].end(), p.value().begin());
    });
}

/// Sets every gain.
void set_gains(Own& g, float gain) {
    for_each_parameter(g, [&](const std::string& name, auto& p) {
        if (name.ends_with("/gain")) p.value()[0] = gain;
    });
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_forward_pass_of_a_block_is_run_whatever_it_inherits) {
    Architecture a = small;
    a.base = {4, 4};
    a.resolution_log2 = 5;  // with stages that the paper's block runs as forward_styled()
    const auto paper = trained(AnyGenerator<>(a, 1));
    Own own(a, 1);
    copy_parameters(paper, own);
    const auto z = latents(2, a);
    const auto expected = paper(z);
    BOOST_TEST(distance(own(z), expected) < 1e-4);  // gains of 1, by other kernels
    set_gains(own, 0);
    const auto none = own(z);
    BOOST_TEST(distance(none, expected) > 0.1);
    for (std::size_t i = 1; i < none.shape(2); ++i) BOOST_TEST(none(0, 0, i, i) == none(0, 0, 0, 0));  // to_rgb's bias
}

BOOST_AUTO_TEST_CASE(derivatives_of_a_block_are_checked) {
    using Exact = BasicCpu<double>;
    Context<Exact> context({.threads = 1});
    for (int stage = 0; stage < 2; ++stage) {
        const auto report =
            check_derivatives(context, GainBlock<Exact>(small, stage),
                              synthesis_block_calls<GainBlock<Exact>>(small, stage, 2), {.coordinates = 3});
        BOOST_TEST(report.compared > 20);
    }
}

BOOST_AUTO_TEST_CASE(a_discriminator_takes_other_blocks) {
    const auto paper = trained(AnyDiscriminator<>(small, 1));
    AnyDiscriminator<Cpu, DiscriminatorNetwork<Cpu, SameBlock<Cpu>>> own(small, 1);
    copy_parameters(paper, own);
    const auto x = random_array<float, 4>({2, 3, 12, 20}, 3);
    BOOST_TEST(same(own(x), paper(x)));
}

BOOST_AUTO_TEST_CASE(a_generator_takes_another_mapping_network) {
    Architecture a = small;
    a.dlatent_size = a.latent_size;
    const AnyGenerator<Cpu, SynthesisNetwork<Cpu>, TwiceZ<Cpu>> g(a, 1);
    const auto z = latents(3, a);
    BOOST_TEST(same(g.map(z), xt::xtensor<float, 2>(2.0f * z)));
    BOOST_TEST(same(g(z), g.synthesize(xt::xtensor<float, 2>(2.0f * z))));
}

BOOST_AUTO_TEST_SUITE_END()
