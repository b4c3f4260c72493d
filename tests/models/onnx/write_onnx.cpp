// SPDX-License-Identifier: Apache-2.0
// Exported generators are computed by an interpreter of their own, and give the library's pictures.
#include <stylegan/models/onnx/write_onnx.hpp>

#include "models/networks.hpp"
#include "models/onnx/onnx_interpreter.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(write_onnx)

using namespace model_test;
using test::OnnxArray;
using test::OnnxInterpreter;
using test::OnnxModel;
using Options = SynthesisOptions<float>;
using Inputs = std::map<std::string, OnnxArray>;

constexpr float psi = 0.6f;

OnnxArray array_of(const auto& x) { return {{x.shape().begin(), x.shape().end()}, {x.data(), x.data() + x.size()}}; }

/// Whether a value of the graph is this array of ours. The interpreter is exact; our pictures have rounding errors.
void check_same(const OnnxArray& value, const auto& ours) {
    BOOST_TEST(value.shape == array_of(ours).shape, boost::test_tools::per_element());
    BOOST_TEST(distance(ours, value.values) < 1e-5);
}

/// A generator of an architecture with weights, noise and averages as after training, and its export.
struct Exported {
    explicit Exported(const Architecture& a, const OnnxOptions& options = {})
        : generator(trained(AnyGenerator<Cpu>(a, 3, Cpu{.threads = 1, .kernels = Kernels::plain}))),
          z(latents(2, a)),
          model([&] {
              signature = stylegan::write_onnx(folder / "g.onnx", generator, options);
              return OnnxModel(folder / "g.onnx");
          }()) {}

    [[nodiscard]] Inputs inputs() const {
        Inputs in{{"z", array_of(z)}};
        if (!generator.architecture().progressive_gan) in["psi"] = {{}, {psi}};
        if (const int classes = generator.architecture().label_size; classes > 0)
            in["labels"] = array_of(labels(2, classes));
        return in;
    }

    /// Compares picture and w of z with those of the library.
    void check(Options options = {}) const {
        if (!generator.architecture().progressive_gan) options.truncation.psi = psi;
        if (const int classes = generator.architecture().label_size; classes > 0) options.labels = labels(2, classes);
        const auto values = OnnxInterpreter(model).run(inputs());
        const auto pictures = generator(z, options);
        check_same(values.at("picture"), pictures);
        auto w = generator.styles(generator.map(z, options.labels));
        generator.truncation().apply(generator.context(), options.truncation, w);
        check_same(values.at("w"), w);
        OnnxModel::Signature expected{{"picture", {"n"}}, {"w", {"n"}}};
        for (std::size_t k = 1; k < 4; ++k) expected[0].second.push_back(std::to_string(pictures.shape(k)));
        for (std::size_t k = 1; k < 3; ++k) expected[1].second.push_back(std::to_string(w.shape(k)));
        BOOST_TEST((model.outputs == expected));
    }

    test::TemporaryFolder folder;
    AnyGenerator<Cpu> generator;
    xt::xtensor<float, 2> z;
    std::string signature;
    OnnxModel model;
};

/// `small`, changed.
template <class Change>
Architecture changed(Change change) {
    Architecture a = small;
    change(a);
    return a;
}

/// The widths of `small` in another configuration.
Architecture as_small(Architecture a) {
    a.base = small.base;
    a.resolution_log2 = small.resolution_log2;
    a.fmap_base = small.fmap_base;
    a.fmap_max = small.fmap_max;
    a.latent_size = small.latent_size;
    a.dlatent_size = small.dlatent_size;
    a.mapping_fmaps = small.mapping_fmaps;
    if (a.mapping_layers > 0) a.mapping_layers = small.mapping_layers;
    return a;
}

BOOST_AUTO_TEST_CASE(configurations_of_the_paper) {
    for (const auto& [letter, a] : std::map<char, Architecture>{
             {'a', config_a}, {'b', config_b}, {'c', config_c}, {'d', config_d}, {'e', config_e}, {'f', config_f}})
        BOOST_TEST_CONTEXT("configuration " << letter) Exported(as_small(a)).check();
}

BOOST_AUTO_TEST_CASE(architectures) {
    const std::pair<const char*, Architecture> all[] = {
        {"no styles", changed([](Architecture& a) { a.use_styles = false; })},
        {"no styles, noise or norm",
         changed([](Architecture& a) { a.use_styles = a.use_noise = a.use_instance_norm = false; })},
        {"no instance norm", changed([](Architecture& a) { a.use_instance_norm = false; })},
        {"pixel norm", changed([](Architecture& a) { a.use_pixel_norm = true; })},
        {"a dense layer first", changed([](Architecture& a) { a.const_input_layer = false; })},
        {"no mapping layers", changed([](Architecture& a) { a.mapping_layers = 0; })},
        {"one mapping layer", changed([](Architecture& a) { a.mapping_layers = 1; })},
        {"z as it is", changed([](Architecture& a) { a.normalize_latents = false; })},
        {"relu", changed([](Architecture& a) { a.nonlinearity = a.mapping_nonlinearity = Nonlinearity::relu; })},
        {"no equalized learning rate", changed([](Architecture& a) { a.use_wscale = false; })},
        {"another mapping_lrmul", changed([](Architecture& a) { a.mapping_lrmul = 0.3; })},
        {"fused", changed([](Architecture& a) { a.fused_scale = FusedScale::on; })},
        {"no blur", changed([](Architecture& a) { a.blur_filter = no_blur; })},
        {"another blur", changed([](Architecture& a) {
             a.blur_filter = {5, {1, 2, 5, 3, 0.5}};
         })},
        {"bias before the blur", changed([](Architecture& a) { a.bias_before_blur = true; })},
        {"another epsilon", changed([](Architecture& a) { a.instance_norm_epsilon = 1e-5; })},
        {"shared noise", changed([](Architecture& a) { a.shared_noise = true; })},
        {"labels", changed([](Architecture& a) { a.label_size = 3; })},
        {"labels, no mapping", changed([](Architecture& a) { a.label_size = 3, a.mapping_layers = 0; })},
        {"grey", changed([](Architecture& a) { a.num_channels = 1; })},
        {"grey and alpha", changed([](Architecture& a) { a.num_channels = 2; })},
        {"rgba", changed([](Architecture& a) { a.num_channels = 4; })},
        {"one stage", changed([](Architecture& a) { a.resolution_log2 = 2; })},
        {"a wide base", changed([](Architecture& a) {
             a.base = {1, 7};
         })}};
    for (const auto& [name, a] : all) BOOST_TEST_CONTEXT(name) Exported(a).check();
    Architecture labelled = as_small(config_a);
    labelled.label_size = 3;
    BOOST_TEST_CONTEXT("configuration a with labels") Exported(labelled).check();
    labelled.fused_scale = FusedScale::off;
    BOOST_TEST_CONTEXT("configuration a, not fused") Exported(labelled).check();
}

BOOST_AUTO_TEST_CASE(fused_layers_begin_at_128) {
    Architecture a = small;
    a.base = {64, 66};
    a.resolution_log2 = 3;
    a.fmap_base = 6;
    Exported(a).check();
}

BOOST_AUTO_TEST_CASE(levels_of_detail) {
    for (const double lod : {0.25, 1.0, 1.75, 2.0})
        BOOST_TEST_CONTEXT("lod " << lod) Exported(small, {.lod = lod}).check({.lod = lod});
    BOOST_TEST(Exported(small, {.noise = OnnxNoise::input, .lod = 2.0}).model.inputs.size() == 4u);  // z, psi, 2 maps
    const Exported e(small);
    BOOST_CHECK_EXCEPTION(stylegan::write_onnx(e.folder / "l.onnx", e.generator, {.lod = 3.0}), ValueError,
                          says("lod is 3, expected 0 to 2"));
}

BOOST_AUTO_TEST_CASE(truncation_ends_at_the_cutoff) {
    for (const int cutoff : {0, 1, 5, 6, 100}) BOOST_TEST_CONTEXT("cutoff " << cutoff)
    Exported(small, {.cutoff = cutoff}).check({.truncation = {.cutoff = cutoff}});
}

BOOST_AUTO_TEST_CASE(noise) {
    Exported(small, {.noise = OnnxNoise::none}).check({.noise = Noise::none});
    for (const bool shared : {false, true}) {
        Architecture a = small;
        a.shared_noise = shared;
        const Exported e(a, {.noise = OnnxNoise::input});
        Inputs in = e.inputs();
        Options options{.truncation = {.psi = psi}, .noise = Noise::given};
        std::set<std::string> expected{"z", "psi"}, found;
        for (int l = 0; l < a.layers(); ++l) {
            const Size s = a.size(l / 2);
            const auto map =
                random_array<float, 4>({2, 1, static_cast<std::size_t>(s.height), static_cast<std::size_t>(s.width)},
                                       static_cast<std::uint32_t>(100 + l));
            options.noise_maps.push_back(map);
            if (shared && l % 2 == 1) continue;
            in["noise" + std::to_string(l)] = array_of(map);
            expected.insert("noise" + std::to_string(l));
        }
        for (const auto& [name, shape] : e.model.inputs) found.insert(name);
        BOOST_TEST(found == expected, boost::test_tools::per_element());
        check_same(OnnxInterpreter(e.model).run(in).at("picture"), e.generator(e.z, options));
    }
    Architecture a = small;
    a.use_noise = false;
    const Exported e(a);
    BOOST_CHECK_EXCEPTION(
        stylegan::write_onnx("n.onnx", e.generator, {.noise = OnnxNoise::input}), ValueError,
        says("n.onnx: noise is asked for as an input, expected a network with noise, but its use_noise "
             "is false"));
}

BOOST_AUTO_TEST_CASE(synthesis_alone_takes_w_of_each_layer) {
    const Exported e(small, {.input = OnnxInput::w});
    const auto w = random_array<float, 3>({3, 6, 9}, 5);
    check_same(OnnxInterpreter(e.model).run({{"w", array_of(w)}}).at("picture"), e.generator.synthesize(w));
    BOOST_TEST((e.model.inputs == OnnxModel::Signature{{"w", {"n", "6", "9"}}}));
    BOOST_TEST((e.model.outputs == OnnxModel::Signature{{"picture", {"n", "3", "12", "20"}}}));
    BOOST_TEST(e.signature == "w (n, 6, 9) -> picture (n, 3, 12, 20)");
}

BOOST_AUTO_TEST_CASE(what_a_file_says_of_itself) {
    const Exported e(small);
    BOOST_TEST((e.model.opset == 17 && e.model.ir_version == 8));
    BOOST_TEST(e.signature == "z (n, 7), psi () -> picture (n, 3, 12, 20), w (n, 6, 9)");
    BOOST_TEST((e.model.inputs == OnnxModel::Signature{{"z", {"n", "7"}}, {"psi", {}}}));
    BOOST_TEST(test::contains(e.model.metadata.at("architecture"), "\"latent_size\":7"));
    std::set<std::string> ops;
    for (const test::OnnxNode& node : e.model.nodes) ops.insert(node.op);
    const std::set<std::string> expected{"Add",    "Conv", "ConvTranspose", "Div",       "Expand",
                                         "Gather", "Gemm", "Identity",      "LeakyRelu", "InstanceNormalization",
                                         "Mul",    "Sqrt", "ReduceMean",    "Sub",       "Unsqueeze"};
    BOOST_TEST(ops == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
