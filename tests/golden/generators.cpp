// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/networks/infer_architecture.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/models/generator.hpp>

#include "architectures.hpp"
#include "results.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace stylegan;
using golden::Device;
using golden::Result;
using golden::Results;

template <class T>
T rows(const T& x, std::size_t first, std::size_t count) {
    T part = T::from_shape({count, x.shape(1)});
    std::copy_n(x.data() + first * x.shape(1), part.size(), part.data());
    return part;
}

/// Style mixing is a compile error for a network without styles.
AnyGenerator<Device>::LayerStyles mixed(const AnyGenerator<Device>& g, const AnyGenerator<Device>::Latents& w,
                                        const AnyGenerator<Device>::Latents& second, const std::vector<int>& layers) {
    return g.mix(w, second, layers);
}
template <auto A>
AnyGenerator<Device>::LayerStyles mixed(const BasicGenerator<A, Device>& g, const AnyGenerator<Device>::Latents& w,
                                        const AnyGenerator<Device>::Latents& second, const std::vector<int>& layers) {
    if constexpr (A.use_styles) return g.mix(w, second, layers);
    throw std::runtime_error("a network without styles mixes none");
}

/// out/mix_X: the first half of in/z in all layers but in/layers_X, which take the second half.
template <class Generator>
AnyGenerator<Device>::Pictures mixture(const SafetensorsFile& file, const Generator& g, const std::string& what) {
    const auto z = golden::read<2>(file, "in/z");
    const std::size_t half = z.shape(0) / 2;
    const auto layers = file.read<int>("in/layers_" + what);
    return g.synthesize(mixed(g, g.map(rows(z, 0, half)), g.map(rows(z, half, half)), layers));
}

AnyGenerator<Device>::Options given_noise(const SafetensorsFile& file, const AnyGenerator<Device>& g,
                                          AnyGenerator<Device>::Options options) {
    if (!g.architecture().use_noise) return options;
    options.noise = Noise::given;
    for (int l = 0; l < g.architecture().layers(); ++l)
        options.noise_maps.push_back(golden::read<4>(file, "draw/noise" + std::to_string(l)));
    return options;
}

/// Everything that the file holds as a result.
template <class Generator>
Results results_of_generator(const SafetensorsFile& file, const Generator& g) {
    const auto z = golden::read<2>(file, "in/z");
    AnyGenerator<Device>::Options options;
    if (file.contains("in/labels")) options.labels = golden::read<2>(file, "in/labels");
    Results results;
    for (const std::string& name : golden::names_below(file, "out/")) {
        AnyGenerator<Device>::Options o = options;
        if (name == "out/w") {
            results[name] = Result(g.map(z, o.labels));
        } else if (name.starts_with("out/image_lod")) {
            o.lod = golden::number_after(name, "out/image_lod");
            results[name] = Result(g(z, o));
        } else if (name.starts_with("out/image_psi")) {
            const std::size_t at = name.find("_cutoff");
            BOOST_TEST_REQUIRE(at != std::string::npos, name << " is not known to this test");
            o.truncation.psi = static_cast<float>(golden::number_after(name.substr(0, at), "out/image_psi"));
            o.truncation.cutoff = static_cast<int>(golden::number_after(name, name.substr(0, at + 7)));
            results[name] = Result(g(z, o));
        } else if (name == "out/image_random_noise") {
            results[name] = Result(g(z, given_noise(file, g, o)));
        } else if (name.starts_with("out/mix_")) {
            results[name] = Result(mixture(file, g, name.substr(8)));
        } else if (name == "out/image_w_per_layer") {
            results[name] = Result(g.synthesize(golden::read<3>(file, "in/w_per_layer"), o));
        } else {
            BOOST_ERROR(name << " is not known to this test");
        }
    }
    return results;
}

/// The typed form of map() gives what the other gives.
template <auto A>
void check_typed_map(const SafetensorsFile& file, const BasicGenerator<A, Device>& g, const Results& results) {
    if constexpr (A.label_size == 0) {
        if (results.count("out/w") == 0) return;
        const auto z = golden::read<2>(file, "in/z");
        Vectors<Device, A.latent_size> typed(static_cast<Index>(z.shape(0)));
        golden::Context& context = g.context();
        context.upload(z.data(), typed.size(), typed.data());
        const auto w = g.map(typed);
        std::vector<float> found(static_cast<std::size_t>(w.size()));
        context.download(w.data(), w.size(), found.data());
        BOOST_TEST((found == results.at("out/w").values));
    }
}

template <auto A>
void check_generator(const SafetensorsFile& file) {
    const std::string stem = file.path().stem().string();
    const Architecture described = golden::described_architecture(file, "net/");
    BOOST_TEST((described == A));
    golden::check_inference(infer_architecture(golden::shapes_of(file, "net/"), {}, stem), A, NetworkKind::generator);

    AnyGenerator<Device> any(described, golden::context(), uninitialized);
    load_parameters(file, "net/", any);
    const Results found = results_of_generator(file, any);
    for (const auto& [name, result] : found) golden::check_close(file, name, result, golden::forward_tolerance());

    BasicGenerator<A, Device> typed(uninitialized, golden::device());
    load_parameters(file, "net/", typed);
    for (const auto& [name, result] : results_of_generator(file, typed))
        BOOST_TEST((result == found.at(name)), name << " differs between the static and the run-time form");
    check_typed_map<A>(file, typed, found);
}

}  // namespace

/// net/... a generator; in/z, in/labels; out/... pictures and w, as their names say.
void golden_generator(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    golden::with_generator(
        path.stem().string(), [&]<auto A> { check_generator<A>(file); });
}
