// SPDX-License-Identifier: Apache-2.0
// The golden files of the elementwise ops and normalisations.
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/ops/channels/bias.hpp>
#include <stylegan/ops/elementwise/leaky_relu.hpp>
#include <stylegan/ops/norm/instance_norm.hpp>
#include <stylegan/ops/norm/minibatch_stddev.hpp>
#include <stylegan/ops/norm/pixel_norm.hpp>
#include <stylegan/ops/resampling/blur.hpp>
#include <stylegan/ops/resampling/downscale2d.hpp>
#include <stylegan/ops/resampling/upscale2d.hpp>
#include <stylegan/ops/style/noise.hpp>
#include <stylegan/ops/style/style_modulation.hpp>

#include "on_device.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace stylegan;
using Batch = golden::OnDevice<4>;
using Codes = golden::OnDevice<2>;
using Numbers = golden::OnDevice<1>;

/// A golden file. The tolerance of a gradient is relative to the largest gradient in the file.
class Golden {
public:
    explicit Golden(const std::filesystem::path& path) : file_(path) {
        for (const char* prefix : {"grad/", "second/grad/"})
            for (const std::string& name : file_.names())
                if (name.starts_with(prefix))
                    for (float v : file_.read_float(name)) {
                        double& scale = scales_[prefix[0] == 's' ? 1 : 0];
                        scale = std::max(scale, std::abs(static_cast<double>(v)));
                    }
    }

    [[nodiscard]] std::vector<float> vector(const std::string& name) const { return file_.read_float(name); }
    [[nodiscard]] Numbers numbers(const std::string& name) const {
        const std::vector<float> values = file_.read_float(name);
        return {{static_cast<Index>(values.size())}, values};
    }

    /// Maps; vectors (N, C) are seen as maps of one pixel.
    [[nodiscard]] Batch maps(const std::string& name) const {
        std::array<Index, 4> shape{1, 1, 1, 1};
        const auto& stored = file_.shape(name);
        BOOST_REQUIRE_MESSAGE(stored.size() == 4 || stored.size() == 2, name << " has " << stored.size() << " axes");
        std::copy(stored.begin(), stored.end(), shape.begin());
        return {shape, file_.read_float(name)};
    }

    [[nodiscard]] Codes rows(const std::string& name) const {
        return {{file_.shape(name).at(0), file_.shape(name).at(1)}, file_.read_float(name)};
    }

    void check(const std::string& name, const std::vector<float>& found) const {
        const std::vector<float> expected = file_.read_float(name);
        BOOST_REQUIRE_EQUAL(found.size(), expected.size());
        double difference = 0, scale = name.starts_with("grad/")     ? scales_[0]
                                       : name.starts_with("second/") ? scales_[1]
                                                                     : 0;
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const double d = std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i]));
            if (!(d <= difference)) difference = std::isnan(d) ? INFINITY : d;
            scale = std::max(scale, std::abs(static_cast<double>(expected[i])));
        }
        const double tolerance = (name == "out" ? 1 : 10) * golden::op_tolerance();
        BOOST_TEST(difference <= tolerance * scale, name << " differs by " << difference << ", its scale is " << scale);
    }

    template <int Rank>
    void check(const std::string& name, const golden::OnDevice<Rank>& found) const {
        check(name, found.values());
    }

private:
    SafetensorsFile file_;
    std::array<double, 2> scales_{};  // of first and second gradients
};

/// The direction of the second gradient, 2 g: see golden/README.md.
Batch twice(const Batch& g) {
    std::vector<float> values = g.values();
    for (float& v : values) v *= 2;
    return {g.shape(), values};
}

Batch zeros(const Batch& like) { return Batch(like.shape()); }

/// style = w A / sqrt(fan_in) + b, with A (W, 2C): the equalized dense layer of gain 1, by plain loops.
struct StyleLayer {
    Index batch, inputs, outputs;
    std::vector<float> w, weight, bias;

    explicit StyleLayer(const Golden& g)
        : batch(g.rows("in/w").extent(0)),
          inputs(g.rows("in/w").extent(1)),
          outputs(g.rows("param/StyleMod/weight").extent(1)),
          w(g.vector("in/w")),
          weight(g.vector("param/StyleMod/weight")),
          bias(g.vector("param/StyleMod/bias")) {}

    [[nodiscard]] double gain() const { return 1 / std::sqrt(static_cast<double>(inputs)); }

    [[nodiscard]] Codes style() const {
        std::vector<float> values(static_cast<std::size_t>(batch * outputs));
        const Rows<float> s{values.data(), {batch, outputs}};
        for (Index n = 0; n < batch; ++n)
            for (Index o = 0; o < outputs; ++o) {
                double sum = 0;
                for (Index i = 0; i < inputs; ++i) sum += double(code(n, i)) * double(factor(i, o));
                s(n, o) = static_cast<float>(gain() * sum + double(bias[static_cast<std::size_t>(o)]));
            }
        return {{batch, outputs}, values};
    }

    /// Checks the gradients that follow from dstyle, or, with the prefix "second/", their tangents from its tangent.
    void check(const Golden& g, const std::string& prefix, const Codes& dstyle) const {
        const std::vector<float> values = dstyle.values();
        const Rows<const float> d{values.data(), {batch, outputs}};
        std::vector<float> dw(w.size()), dweight(weight.size()), dbias(bias.size(), 0.f);
        for (Index n = 0; n < batch; ++n)
            for (Index i = 0; i < inputs; ++i) {
                double sum = 0;
                for (Index o = 0; o < outputs; ++o) sum += double(d(n, o)) * double(factor(i, o));
                dw[static_cast<std::size_t>(n * inputs + i)] = static_cast<float>(gain() * sum);
            }
        for (Index o = 0; o < outputs; ++o) {
            for (Index i = 0; i < inputs; ++i) {
                double sum = 0;
                for (Index n = 0; n < batch; ++n) sum += double(code(n, i)) * double(d(n, o));
                dweight[static_cast<std::size_t>(i * outputs + o)] = static_cast<float>(gain() * sum);
            }
            for (Index n = 0; n < batch; ++n) dbias[static_cast<std::size_t>(o)] += d(n, o);
        }
        g.check(prefix + "grad/w", dw);
        g.check(prefix + "grad/param/StyleMod/weight", dweight);
        g.check(prefix + "grad/param/StyleMod/bias", dbias);
    }

private:
    [[nodiscard]] float code(Index n, Index i) const { return w[static_cast<std::size_t>(n * inputs + i)]; }
    [[nodiscard]] float factor(Index i, Index o) const { return weight[static_cast<std::size_t>(i * outputs + o)]; }
};

}  // namespace

void golden_op_blur2d(const std::filesystem::path& file) {
    const Golden g(file);
    golden::Context c(golden::device());
    const std::vector<float> filter{0.25f, 0.5f, 0.25f};
    const Batch x = g.maps("in/x"), dy = g.maps("cotangent");
    Batch y(x.shape()), dx(x.shape()), dx_dot(x.shape());
    ops::blur(c, x.view(), filter, y.view());
    g.check("out", y);
    ops::blur_gradient(c, dy.view(), filter, dx.view());
    g.check("grad/x", dx);
    ops::blur_gradient(c, zeros(dy).view(), filter, dx_dot.view());  // linear: the gradient does not move with x
    g.check("second/grad/x", dx_dot);
}

void golden_op_upscale2d(const std::filesystem::path& file) {
    const Golden g(file);
    golden::Context c(golden::device());
    const Batch x = g.maps("in/x"), dy = g.maps("cotangent");
    const int factor = static_cast<int>(dy.extent(2) / x.extent(2));
    Batch y(dy.shape()), dx(x.shape());
    ops::upscale2d(c, x.view(), factor, y.view());
    g.check("out", y);
    ops::upscale2d_gradient(c, dy.view(), factor, dx.view());
    g.check("grad/x", dx);
}

void golden_op_downscale2d(const std::filesystem::path& file) {
    const Golden g(file);
    golden::Context c(golden::device());
    const Batch x = g.maps("in/x"), dy = g.maps("cotangent");
    const int factor = static_cast<int>(x.extent(2) / dy.extent(2));
    Batch y(dy.shape()), dx(x.shape()), dx_dot(x.shape());
    ops::downscale2d(c, x.view(), factor, y.view());
    g.check("out", y);
    ops::downscale2d_gradient(c, dy.view(), factor, dx.view());
    g.check("grad/x", dx);
    ops::downscale2d_gradient(c, zeros(dy).view(), factor, dx_dot.view());
    g.check("second/grad/x", dx_dot);
}

void golden_op_bias(const std::filesystem::path& file) {
    const Golden g(file);
    golden::Context c(golden::device());
    const Batch x = g.maps("in/x"), dy = g.maps("cotangent");
    const Numbers bias = g.numbers("param/bias");
    Batch y(x.shape());
    Numbers dbias(bias.shape());
    const float lrmul = 0.5f;  // with which the file was made
    ops::add_bias(c, x.view(), bias.span(), lrmul, y.view());
    g.check("out", y);
    g.check("grad/x", dy);
    ops::bias_gradient(c, dy.view(), lrmul, dbias.span());
    g.check("grad/param/bias", dbias);
}

void golden_op_leaky_relu(const std::filesystem::path& file) {
    const Golden g(file);
    golden::Context c(golden::device());
    const Batch x = g.maps("in/x"), dy = g.maps("cotangent");
    Batch y(x.shape()), dx(x.shape());
    ops::leaky_relu(c, x.view(), 0.2f, y.view());
    g.check("out", y);
    ops::leaky_relu_gradient(c, y.view(), dy.view(), 0.2f, dx.view());
    g.check("grad/x", dx);
}

void golden_op_noise(const std::filesystem::path& file) {
    const Golden g(file);
    golden::Context c(golden::device());
    const Batch x = g.maps("in/x"), dy = g.maps("cotangent"), noise = g.maps("draw/noise");
    const Numbers weight = g.numbers("param/Noise/weight");
    Batch y(x.shape());
    Numbers dweight(weight.shape());
    ops::add_noise(c, x.view(), noise.view(), weight.span(), 1.f, y.view());
    g.check("out", y);
    g.check("grad/x", dy);
    ops::noise_weight_gradient(c, dy.view(), noise.view(), 1.f, dweight.span());
    g.check("grad/param/Noise/weight", dweight);
}

void golden_op_pixel_norm(const std::filesystem::path& file) {
    const Golden g(file);
    golden::Context c(golden::device());
    const Batch x = g.maps("in/x"), dy = g.maps("cotangent");
    const std::array<Index, 4> one{x.batch(), 1, x.extent(2), x.extent(3)};
    Batch y(x.shape()), dx(x.shape()), y_dot(x.shape()), dx_dot(x.shape()), inverse(one), rate(one);
    ops::pixel_norm(c, x.view(), 1e-8f, y.view(), inverse.view());
    g.check("out", y);
    ops::pixel_norm_gradient(c, y.view(), inverse.view(), dy.view(), dx.view());
    g.check("grad/x", dx);
    ops::pixel_norm_tangent(c, y.view(), inverse.view(), twice(dx).view(), y_dot.view(), rate.view());
    ops::pixel_norm_gradient_tangent(c, y.view(), inverse.view(), y_dot.view(), rate.view(), dy.view(), dx.view(),
                                     zeros(dy).view(), dx_dot.view());
    g.check("second/grad/x", dx_dot);
}

void golden_op_instance_norm(const std::filesystem::path& file) {
    const Golden g(file);
    golden::Context c(golden::device());
    const Batch x = g.maps("in/x"), dy = g.maps("cotangent");
    Batch y(x.shape()), dx(x.shape()), y_dot(x.shape()), dx_dot(x.shape());
    Codes inverse({x.batch(), x.extent(1)}), rate({x.batch(), x.extent(1)});
    ops::instance_norm(c, x.view(), 1e-8f, y.view(), inverse.view());
    g.check("out", y);
    ops::instance_norm_gradient(c, y.view(), inverse.view(), dy.view(), dx.view());
    g.check("grad/x", dx);
    ops::instance_norm_tangent(c, y.view(), inverse.view(), twice(dx).view(), y_dot.view(), rate.view());
    ops::instance_norm_gradient_tangent(c, y.view(), inverse.view(), y_dot.view(), rate.view(), dy.view(), dx.view(),
                                        zeros(dy).view(), dx_dot.view());
    g.check("second/grad/x", dx_dot);
}

void golden_op_style_mod(const std::filesystem::path& file) {
    const Golden g(file);
    golden::Context c(golden::device());
    const Batch x = g.maps("in/x"), dy = g.maps("cotangent");
    const StyleLayer layer(g);
    const Codes style = layer.style();
    Batch y(x.shape()), dx(x.shape()), dx_dot(x.shape());
    Codes dstyle(style.shape()), dstyle_dot(style.shape());
    ops::style_modulation(c, x.view(), style.view(), y.view());
    g.check("out", y);
    ops::style_modulation_gradient(c, x.view(), style.view(), dy.view(), dx.view(), dstyle.view());
    g.check("grad/x", dx);
    layer.check(g, "", dstyle);
    ops::style_modulation_gradient_tangent(c, x.view(), style.view(), twice(dx).view(), {}, dy.view(), zeros(dy).view(),
                                           dx_dot.view(), dstyle_dot.view());
    g.check("second/grad/x", dx_dot);
    layer.check(g, "second/", dstyle_dot);
}

void golden_op_adain(const std::filesystem::path& file) {
    const Golden g(file);
    golden::Context c(golden::device());
    const Batch x = g.maps("in/x"), dy = g.maps("cotangent");
    const StyleLayer layer(g);
    const Codes style = layer.style();
    Batch normal(x.shape()), y(x.shape()), dnormal(x.shape()), dx(x.shape());
    Codes inverse({x.batch(), x.extent(1)}), rate(inverse.shape()), dstyle(style.shape()), dstyle_dot(style.shape());
    ops::instance_norm(c, x.view(), 1e-8f, normal.view(), inverse.view());
    ops::style_modulation(c, normal.view(), style.view(), y.view());
    g.check("out", y);
    ops::style_modulation_gradient(c, normal.view(), style.view(), dy.view(), dnormal.view(), dstyle.view());
    ops::instance_norm_gradient(c, normal.view(), inverse.view(), dnormal.view(), dx.view());
    g.check("grad/x", dx);
    layer.check(g, "", dstyle);

    Batch normal_dot(x.shape()), dnormal_dot(x.shape()), dx_dot(x.shape());
    ops::instance_norm_tangent(c, normal.view(), inverse.view(), twice(dx).view(), normal_dot.view(), rate.view());
    ops::style_modulation_gradient_tangent(c, normal.view(), style.view(), normal_dot.view(), {}, dy.view(),
                                           zeros(dy).view(), dnormal_dot.view(), dstyle_dot.view());
    ops::instance_norm_gradient_tangent(c, normal.view(), inverse.view(), normal_dot.view(), rate.view(),
                                        dnormal.view(), dx.view(), dnormal_dot.view(), dx_dot.view());
    g.check("second/grad/x", dx_dot);
    layer.check(g, "second/", dstyle_dot);
}

void golden_op_minibatch_stddev(const std::filesystem::path& file) {
    const Golden g(file);
    golden::Context c(golden::device());
    const Batch x = g.maps("in/x"), dy = g.maps("cotangent");
    Batch y(dy.shape()), dx(x.shape()), dx_dot(x.shape());
    ops::minibatch_stddev(c, x.view(), 4, 1, 1e-8f, y.view());
    g.check("out", y);
    ops::minibatch_stddev_gradient(c, x.view(), 4, 1, 1e-8f, dy.view(), dx.view());
    g.check("grad/x", dx);
    ops::minibatch_stddev_gradient_tangent(c, x.view(), 4, 1, 1e-8f, twice(dx).view(), dy.view(), zeros(dy).view(),
                                           dx_dot.view());
    g.check("second/grad/x", dx_dot);
}
