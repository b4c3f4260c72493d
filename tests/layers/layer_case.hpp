// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/layers/checks/check_derivatives.hpp>

#include "kernels_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// Checks that every layer has to pass.
namespace layer_test {

using stylegan::Index;

/// A layer, how to call it, and the tensors that the calls point to.
template <class Layer>
struct LayerCase {
    Layer layer;
    stylegan::LayerCalls<Layer> calls;
    std::shared_ptr<void> kept{};
};
template <class Layer>
LayerCase(Layer, stylegan::LayerCalls<Layer>) -> LayerCase<Layer>;
template <class Layer>
LayerCase(Layer, stylegan::LayerCalls<Layer>, std::shared_ptr<void>) -> LayerCase<Layer>;

/// Small random numbers for shapes.
class Draw {
public:
    explicit Draw(std::uint64_t seed) : stream_(seed, 1, stylegan::Purpose::test) {}
    Index between(Index least, Index most) {
        return least + static_cast<Index>(stream_.below(next_++, static_cast<std::uint64_t>(most - least + 1)));
    }

private:
    stylegan::RandomStream stream_;
    std::uint64_t next_ = 0;
};

using Tensors = std::vector<std::vector<double>>;

/// All results of a layer's passes: y with and without a cache, the gradients, and, if it has tangents, y_dot and the
/// tangents of the gradients.
template <class Device, class Make>
std::vector<Tensors> all_passes(const Make& make, Device device, std::uint64_t seed) {
    stylegan::Context<Device> context(device);
    auto made = make(device);
    stylegan::LayerProbe probe(context, made.layer, made.calls, seed, "layer");
    using Computed = typename decltype(probe)::Tensors;
    const auto widened = [](const Computed& tensors) {
        Tensors all;
        for (const auto& t : tensors) all.emplace_back(t.begin(), t.end());
        return all;
    };
    std::vector<Tensors> all;
    all.push_back(widened(Computed{probe.forward(), probe.cached_forward()}));
    all.push_back(widened(probe.gradients(probe.dy())));
    if (made.calls.tangent && made.calls.backward_tangent) {
        const auto v = probe.direction();
        all.push_back(widened(Computed{probe.tangent(v)}));
        all.push_back(widened(probe.gradient_tangents(v, probe.normal(static_cast<Index>(probe.dy().size())))));
    }
    return all;
}

/// The largest difference, relative to the largest value of its group of tensors.
inline double distance(const std::vector<Tensors>& a, const std::vector<Tensors>& b) {
    double worst = 0;
    for (std::size_t g = 0; g < a.size(); ++g) {
        double size = 1e-30, difference = 0;
        for (std::size_t t = 0; t < a[g].size(); ++t)
            for (std::size_t i = 0; i < a[g][t].size(); ++i) {
                size = std::max(size, std::abs(b[g][t][i]));
                difference = std::max(difference, std::abs(a[g][t][i] - b[g][t][i]));
            }
        worst = std::max(worst, difference / size);
    }
    return worst;
}

/// With the kernels under test, checks the derivatives in double precision, compares single and double precision with
/// the plain kernels in double precision, and compares one thread with several, bit for bit.
/// @param make  (device) -> a LayerCase on that device
template <class Make>
void check_layer(const Make& make, stylegan::DerivativeCheck options, double tolerance = 1e-5) {
    using namespace stylegan;
    using Exact = BasicCpu<double>;
    const Kernels kernels = kernels_under_test();
    BOOST_TEST_CONTEXT(options.name << ", seed " << options.seed << ", kernels " << name_of(kernels)) {
        Context<Exact> context({.threads = 2, .kernels = kernels});
        const auto made = make(Exact{});
        const DerivativeReport report = check_derivatives(context, made.layer, made.calls, options);
        BOOST_TEST(report.compared > 0);
        BOOST_TEST(report.skipped <= report.compared);

        const auto with = [&](auto device, int threads, Kernels its_kernels) {
            device.threads = threads;
            device.kernels = its_kernels;
            return all_passes(make, device, options.seed);
        };
        const auto exact = with(Exact{}, 1, Kernels::plain);
        const auto plain = with(Cpu{}, 1, Kernels::plain);
        const auto one = with(Cpu{}, 1, kernels);
        BOOST_TEST(distance(with(Exact{}, 2, kernels), exact) <= 1e-11);
        BOOST_TEST(distance(plain, exact) <= tolerance);
        BOOST_TEST(distance(one, exact) <= tolerance);
        BOOST_TEST(distance(one, plain) <= tolerance);
        BOOST_TEST((with(Cpu{}, 2, kernels) == one), "two threads give other bits than one");
        BOOST_TEST((with(Cpu{}, 5, kernels) == one), "five threads give other bits than one");
    }
}

/// A tensor of random values.
template <class T, class Shape>
T random_tensor(const Shape& shape, std::uint32_t number) {
    T x(shape);
    stylegan::RandomStream(11, 0, stylegan::Purpose::test, number)
        .fill_normal(x.data(), static_cast<std::size_t>(x.size()));
    return x;
}

/// Bit for bit.
template <class A, class B>
bool same(const A& a, const B& b) {
    return a.size() == b.size() && std::equal(a.data(), a.data() + a.size(), b.data());
}

}  // namespace layer_test
