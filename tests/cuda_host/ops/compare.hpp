// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/device/cuda.hpp>

#ifdef STYLEGAN_CUDA_STAND_IN
#include "../clean.hpp"
#endif

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace test {

using stylegan::Index;

#ifdef STYLEGAN_CUDA_STAND_IN
using BothDevices = cuda_host::Clean;
inline constexpr double tolerance = 1e-5;
#else
struct BothDevices {};
inline constexpr double tolerance = 1e-4;
#endif

/// What an op is given: a dense block that it reads, overwrites or adds to.
template <int Rank>
struct Argument {
    std::array<Index, static_cast<std::size_t>(Rank)> shape;
    std::vector<float> values;
    bool written;
};

/// Random numbers of one test: the same each time.
class Random {
public:
    explicit Random(unsigned seed) : engine_(seed) {}

    [[nodiscard]] Index between(Index low, Index high) {
        return std::uniform_int_distribution<Index>(low, high)(engine_);
    }

    /// Read, and not to be written
    template <class... I>
    [[nodiscard]] auto in(I... extents) {
        return make<sizeof...(I)>({static_cast<Index>(extents)...}, false);
    }
    /// Added to, or changed
    template <class... I>
    [[nodiscard]] auto changed(I... extents) {
        return make<sizeof...(I)>({static_cast<Index>(extents)...}, true);
    }
    /// The same values, to be changed: for ops that may write where they read
    template <int Rank>
    [[nodiscard]] static Argument<Rank> changed(Argument<Rank> a) {
        a.written = true;
        return a;
    }

private:
    template <std::size_t Rank>
    Argument<static_cast<int>(Rank)> make(const std::array<Index, Rank>& shape, bool written) {
        Index size = 1;
        for (const Index e : shape) size *= e;
        Argument<static_cast<int>(Rank)> a{shape, std::vector<float>(static_cast<std::size_t>(size)), written};
        std::normal_distribution<float> normal;
        std::generate(a.values.begin(), a.values.end(), [&] { return normal(engine_); });
        return a;
    }

    std::mt19937 engine_;
};

/// Overwritten: what nobody writes stays NaN.
template <class... I>
[[nodiscard]] auto out(I... extents) {
    const auto size = static_cast<std::size_t>((static_cast<Index>(extents) * ... * 1));
    return Argument<static_cast<int>(sizeof...(I))>{
        {static_cast<Index>(extents)...}, std::vector<float>(size, NAN), true};
}

/// A view of any rank as the span that some ops take.
template <class T, int Rank>
[[nodiscard]] std::span<T> span(const stylegan::View<T, Rank>& v) {
    return {v.data, static_cast<std::size_t>(v.size())};
}

/// The largest difference, relative to the largest value that was expected.
inline double difference(const std::vector<float>& found, const std::vector<float>& expected) {
    double d = 0, largest = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double e = std::abs(double{found[i]} - double{expected[i]});
        if (!std::isfinite(e)) return INFINITY;
        d = std::max(d, e);
        largest = std::max(largest, std::abs(double{expected[i]}));
    }
    return largest > 0 ? d / largest : d;
}

/// call(context, views...) on the processor, with plain kernels, and on the GPU: what is written must agree to `most`, and
/// what is read must stay as it was.
template <class Call, int... Rank>
void compare_in(stylegan::Precision precision, double most, const Call& call, const Argument<Rank>&... arguments) {
    stylegan::Context<stylegan::Cpu> cpu({.threads = 1, .kernels = stylegan::Kernels::plain});
    std::tuple expected{arguments.values...};
    std::apply([&](auto&... v) { call(cpu, stylegan::View<float, Rank>{v.data(), arguments.shape}...); }, expected);

    stylegan::Context<stylegan::Cuda> gpu({.precision = precision, .threads = 1});
    const auto on_gpu = [](const std::vector<float>& values) {
        stylegan::DeviceBuffer<float> buffer(values.size());
        upload(values, buffer);
        return buffer;
    };
    std::tuple buffers{on_gpu(arguments.values)...};
    std::apply([&](auto&... v) { call(gpu, stylegan::View<float, Rank>{v.data(), arguments.shape}...); }, buffers);

    int number = 0;
    const auto check = [&](const auto& argument, const std::vector<float>& wanted, const auto& buffer) {
        const std::vector<float> found = download(buffer);
        ++number;
        if (argument.written)
            BOOST_TEST(difference(found, wanted) <= most,
                       "argument " << number << " differs by " << difference(found, wanted));
        else
            BOOST_TEST((found == argument.values), "argument " << number << " was written");
    };
    const std::tuple all{arguments...};
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (check(std::get<I>(all), std::get<I>(expected), std::get<I>(buffers)), ...);
    }
    (std::index_sequence_for<Argument<Rank>...>{});
}

/// In single precision, to `tolerance`.
template <class Call, int... Rank>
void compare(const Call& call, const Argument<Rank>&... arguments) {
    compare_in(stylegan::Precision::fp32, tolerance, call, arguments...);
}

/// A few odd shapes (N, C, H, W): within a block of threads, a little more than one, and much more.
inline std::vector<stylegan::Shape4> odd_shapes() {
    return {{1, 1, 1, 1}, {3, 5, 7, 3}, {2, 3, 17, 5}, {5, 7, 1, 9}, {2, 9, 33, 31}};
}

}  // namespace test
