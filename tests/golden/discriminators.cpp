// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/networks/infer_architecture.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/models/discriminator.hpp>

#include "architectures.hpp"
#include "results.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>

namespace {

using namespace stylegan;
using golden::Device;
using golden::Result;
using golden::Results;

constexpr const char* scores = "out/scores_lod";
constexpr const char* gradient = "out/image_gradient_lod";

/// In one picture a unit lies within 1e-7 of the corner of its leaky ReLU. How a GPU rounds may take it to the other side, and the
/// gradient with it, by a hundredth of the largest: noise of that size does the same on the processor.
double tolerance_of_gradient(const SafetensorsFile& file, const std::string& name) {
    const bool corner = file.path().stem() == "d32_fused_everywhere" && name == "out/image_gradient_lod0.5";
    return corner && golden::on_a_gpu() ? std::max(0.02, golden::gradient_tolerance()) : golden::gradient_tolerance();
}

/// Everything that the file holds as a result.
template <class Discriminator>
Results results_of_discriminator(const SafetensorsFile& file, Discriminator& d) {
    const auto pictures = golden::read<4>(file, "in/images");
    AnyDiscriminator<Device>::Scores labels;
    if (file.contains("in/labels")) labels = golden::read<2>(file, "in/labels");
    Results results;
    for (const std::string& name : golden::names_below(file, "out/")) {
        if (name.starts_with(scores))
            results[name] = Result(d(pictures, labels, golden::number_after(name, scores)));
        else if (name.starts_with(gradient))
            results[name] = Result(d.picture_gradient(pictures, labels, golden::number_after(name, gradient)));
        else
            BOOST_ERROR(name << " is not known to this test");
    }
    return results;
}

template <auto A>
void check_discriminator(const SafetensorsFile& file) {
    const Architecture described = golden::described_architecture(file);
    BOOST_TEST((described == A));
    golden::check_inference(infer_architecture({}, golden::shapes_of(file, "net/"), file.path().stem().string()), A,
                            NetworkKind::discriminator);

    double largest_gradient = 0;
    for (const std::string& name : golden::names_below(file, gradient))
        for (const float g : file.read_float(name)) largest_gradient = std::max(largest_gradient, std::abs(double{g}));

    AnyDiscriminator<Device> any(described, golden::context(), uninitialized);
    load_parameters(file, "net/", any);
    const Results found = results_of_discriminator(file, any);
    for (const auto& [name, result] : found) {
        if (name.starts_with(gradient))
            golden::check_close(file, name, result, tolerance_of_gradient(file, name), largest_gradient);
        else
            golden::check_close(file, name, result, golden::forward_tolerance());
    }

    BasicDiscriminator<A, Device> typed(0, golden::device());
    load_parameters(file, "net/", typed);
    for (const auto& [name, result] : results_of_discriminator(file, typed))
        BOOST_TEST((result == found.at(name)), name << " differs between the static and the run-time form");
}

}  // namespace

/// net/... a discriminator; in/images, in/labels; out/... scores and the gradient of their sum for the pictures, at levels of
/// detail as their names say.
void golden_discriminator(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    golden::with_discriminator(
        path.stem().string(), [&]<auto A> { check_discriminator<A>(file); });
}
