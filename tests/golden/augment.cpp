// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/training/augmentation/augment_controller.hpp>
#include <stylegan/training/augmentation/augmentation.hpp>

#include "augment_draws.hpp"
#include "on_device.hpp"
#include "results.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace stylegan;

/// The inverse of std::erf, by Newton's method. (CUDA has an erfinv of its own.)
double inverse_erf(double y) {
    double x = 0;
    for (int turn = 0; turn < 60; ++turn) x -= (std::erf(x) - y) / (2 * std::numbers::inv_sqrtpi * std::exp(-x * x));
    return x;
}

/// What the public code draws at a "debug percentile".
AugmentDraws at_percentile(double q) {
    const double z = inverse_erf(2 * q - 1);
    AugmentDraws d;
    d.xflip = d.rotate90 = d.rotate_pre = d.lumaflip = d.hue = {q, 0};
    d.scale = d.aniso = d.brightness = d.contrast = d.saturation = {z, 0};
    d.xint = {q, q, 0};
    d.xfrac = {z, z, 0};
    d.imgfilter.fill({z, 0});
    d.noise = {inverse_erf(q), 0};
    d.cutout = {q, q, 0};
    return d;
}

void check_map(const std::vector<double>& expected, const ops::AffineMap& found) {
    for (std::size_t k = 0; k < 6; ++k) BOOST_TEST(std::abs(expected[k] - found[k]) <= 1e-5);
}

void check_margins(const SafetensorsFile& file, const std::string& name, const ops::Margins& m) {
    if (!file.contains(name)) return;
    const auto expected = file.read_double(name);
    const std::vector<double> found{static_cast<double>(m.left), static_cast<double>(m.top),
                                    static_cast<double>(m.right), static_cast<double>(m.bottom)};
    BOOST_TEST(found == expected, boost::test_tools::per_element());
}

/// f(context, x, y) on the device under test.
template <class F>
golden::Result result_of(const SafetensorsFile& file, const std::string& input, const F& f) {
    const auto& stored = file.shape(input);
    const golden::OnDevice<4>::Shape shape{stored.at(0), stored.at(1), stored.at(2), stored.at(3)};
    const golden::OnDevice<4> x(shape, file.read_float(input));
    golden::OnDevice<4> y(shape);
    golden::Context context(golden::device());
    f(context, x.view(), y.view());
    context.synchronize();
    golden::Result r;
    r.shape.assign(shape.begin(), shape.end());
    r.values = y.values();
    return r;
}

/// Of results and tangents, and of gradients. On a GPU the golden README's for other devices.
double augment_tolerance() { return golden::on_a_gpu() ? 1e-4 : 2e-5; }
double augment_gradient_tolerance() { return golden::on_a_gpu() ? 1e-4 : 5e-5; }

}  // namespace

/// One transformation, the same for all pictures: in/images_HxW -> out/images_HxW_pQ.
void golden_augment_one(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    const AugmentOptions options = golden::augment_options(file);
    for (const std::string& name : golden::names_below(file, "out/images_")) {
        const std::string which = name.substr(11), size = which.substr(0, which.find('_'));
        const double q = golden::number_after(which, size + "_p");
        const auto shape = file.shape("in/images_" + size);
        std::vector<AugmentDraws> draws(static_cast<std::size_t>(shape[0]), at_percentile(q));
        std::vector<float> noise;
        if (options.noise > 0) noise = file.read_float("draw/noise_image_" + size);
        const Augmentation<float> a(options, 1, {shape[0], shape[1], shape[2], shape[3]}, draws, noise);
        if (file.contains("f64/inverse_" + which)) check_map(file.read_double("f64/inverse_" + which), a.maps().at(0));
        check_margins(file, "out/margin_" + which, a.margins());
        golden::check_close(file, name,
                            result_of(file, "in/images_" + size, [&](auto& c, auto x, auto y) { a.forward(c, x, y); }),
                            augment_tolerance());
        golden::check_close(file, "grad/images_" + which,
                            result_of(file, "cotangent_" + size, [&](auto& c, auto x, auto y) { a.backward(c, x, y); }),
                            augment_gradient_tolerance());
    }
}

/// All transformations of a set at probability p, with every draw recorded.
void golden_augment_set(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    const auto shape = file.shape("in/images");
    const std::vector<AugmentDraws> draws = golden::augment_draws(file, "draw/", static_cast<std::size_t>(shape[0]));
    std::vector<float> noise;
    if (file.contains("draw/noise_image")) noise = file.read_float("draw/noise_image");
    const Augmentation<float> a(golden::augment_options(file), std::stod(file.metadata().at("p")),
                                {shape[0], shape[1], shape[2], shape[3]}, draws, noise);
    const auto inverse = file.read_double("f64/inverse");
    for (std::size_t n = 0; n < draws.size(); ++n)
        check_map({inverse.begin() + static_cast<std::ptrdiff_t>(9 * n),
                   inverse.begin() + static_cast<std::ptrdiff_t>(9 * n + 6)},
                  a.maps()[n]);
    check_margins(file, "out/margin", a.margins());
    if (file.contains("f64/colour")) {
        const auto colour = file.read_double("f64/colour");
        for (std::size_t n = 0; n < draws.size(); ++n)
            for (std::size_t k = 0; k < (shape[1] == 1 ? 2u : 12u); ++k) {
                const auto& m = a.colours()[n];
                const double found = shape[1] == 1 ? ops::grey_of(m)[k] : m[k / 4][k % 4];
                BOOST_TEST(std::abs(found - colour[n * (shape[1] == 1 ? 2 : 12) + k]) <= 1e-5);
            }
    }
    golden::check_close(file, "out/images",
                        result_of(file, "in/images", [&](auto& c, auto x, auto y) { a.forward(c, x, y); }),
                        augment_tolerance());
    golden::check_close(file, "grad/images",
                        result_of(file, "cotangent", [&](auto& c, auto x, auto y) { a.backward(c, x, y); }),
                        augment_gradient_tolerance());
    golden::check_close(file, "tangent/out/images",
                        result_of(file, "tangent/in/images", [&](auto& c, auto x, auto y) { a.tangent(c, x, y); }),
                        augment_tolerance());
}

/// in/scores of 240 minibatches, in/scores_reg of further steps -> p after each adjustment.
void golden_ada_adjust(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    const auto number = [&](const char* name) { return std::stod(file.metadata().at(name)); };
    const auto scores = file.read_float("in/scores"), extra = file.read_float("in/scores_reg");
    const auto extra_steps = file.read_double("in/scores_reg_step");
    const auto batch = static_cast<std::size_t>(number("batch"));
    for (const std::string& name : golden::names_below(file, "f64/p_kimg")) {
        const std::string rest = name.substr(10);
        const AugmentControl control{
            .target = number("target"), .interval = static_cast<int>(number("interval")), .kimg = std::stod(rest)};
        const std::size_t from = rest.find("_from");
        AugmentController controller(
            control, AugmentController::State{.p = from == std::string::npos ? 0 : std::stod(rest.substr(from + 5))});
        const bool lazy = rest.ends_with("_lazy");
        std::vector<double> found;
        for (std::size_t step = 0; step < scores.size() / batch; ++step) {
            controller.add(std::span(scores).subspan(step * batch, batch));
            for (std::size_t k = 0; lazy && k < extra_steps.size(); ++k)
                if (static_cast<std::size_t>(extra_steps[k]) == step)
                    controller.add(std::span(extra).subspan(k * batch, batch));
            if (controller.end_of_minibatch(static_cast<std::int64_t>(batch))) found.push_back(controller.p());
        }
        const auto expected = file.read_double(name);
        BOOST_TEST_REQUIRE(found.size() == expected.size());
        for (std::size_t k = 0; k < found.size(); ++k)
            BOOST_TEST(std::abs(found[k] - expected[k]) <= 1e-6, name << ", adjustment " << k);
    }
}
