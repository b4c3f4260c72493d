// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/philox.hpp>
#include <stylegan/models/generator.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace model_test {

using namespace stylegan;

/// A style-based network of small, different widths and pictures of 12x20, five stages below the fused ones.
inline constexpr Architecture small{.base = {3, 5},
                                    .resolution_log2 = 4,
                                    .fmap_base = 32,
                                    .fmap_max = 12,
                                    .latent_size = 7,
                                    .dlatent_size = 9,
                                    .mapping_layers = 2,
                                    .mapping_fmaps = 6};

/// Moves parameters away from their initial values, as training would, so that noise, biases and the w average matter.
/// Keeps lod.
template <class Network>
Network trained(Network network, std::uint64_t seed = 1) {
    std::uint32_t number = 0;
    for_each_parameter(network, [&](const std::string& name, auto& p) {
        ++number;
        if (name == "lod" || name.ends_with("/lod")) return;
        const RandomStream stream(seed, 7, Purpose::test, number);
        const double spread = p.initial().standard_deviation > 0 ? p.initial().standard_deviation : 0.3;
        for (std::size_t i = 0; i < p.value().size(); ++i)
            p.value()[i] = static_cast<float>(p.initial().mean + spread * static_cast<double>(stream.normal(i)));
    });
    return network;
}

template <class T, std::size_t N>
xt::xtensor<T, N> random_array(const std::array<std::size_t, N>& shape, std::uint32_t number) {
    auto x = xt::xtensor<T, N>::from_shape(shape);
    RandomStream(3, 0, Purpose::test, number).fill_normal(x.data(), x.size());
    return x;
}

inline xt::xtensor<float, 2> latents(std::size_t n, const Architecture& a, std::uint32_t number = 1) {
    return random_array<float, 2>({n, static_cast<std::size_t>(a.latent_size)}, number);
}

/// One-hot labels, (n, classes).
inline xt::xtensor<float, 2> labels(std::size_t n, int classes) {
    auto x = xt::xtensor<float, 2>::from_shape({n, static_cast<std::size_t>(classes)});
    std::fill_n(x.data(), x.size(), 0.0f);
    for (std::size_t i = 0; i < n; ++i) x(i, (2 * i + 1) % static_cast<std::size_t>(classes)) = 1;
    return x;
}

/// The largest difference, relative to the largest value.
template <class A, class B>
double distance(const A& a, const B& b) {
    if (a.size() != b.size()) return 1e30;
    double size = 1e-30, difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = static_cast<double>(a.data()[i]), y = static_cast<double>(b.data()[i]);
        if (!std::isfinite(x)) return 1e30;
        size = std::max(size, std::abs(y));
        difference = std::max(difference, std::abs(x - y));
    }
    return difference / size;
}

/// Bit for bit.
template <class A, class B>
bool same(const A& a, const B& b) {
    return a.shape() == b.shape() && std::equal(a.data(), a.data() + a.size(), b.data());
}

/// Picture n of a batch.
inline std::vector<float> one_of(const xt::xtensor<float, 4>& pictures, std::size_t n) {
    const std::size_t size = pictures.size() / pictures.shape(0);
    return {pictures.data() + n * size, pictures.data() + (n + 1) * size};
}

/// For BOOST_CHECK_EXCEPTION: the message is `what`.
inline auto says(std::string what) {
    return [what = std::move(what)](const Error& e) {
        BOOST_TEST(e.what() == what);
        return true;
    };
}

}  // namespace model_test
