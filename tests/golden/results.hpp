// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#ifdef GOLDEN_ON_CUDA
#include <stylegan/device/cuda.hpp>
#endif
#include <stylegan/io/tensors/safetensors.hpp>

#include <xtensor/xtensor.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace golden {

/// A tensor that was computed.
struct Result {
    std::vector<stylegan::Index> shape;
    std::vector<float> values;

    Result() = default;
    template <std::size_t Rank>
    explicit Result(const xt::xtensor<float, Rank>& x)
        : shape(x.shape().begin(), x.shape().end()), values(x.begin(), x.end()) {}

    friend bool operator==(const Result&, const Result&) = default;  // bit-equal, but for the sign of zeros
};

/// Tensors by their names in the file.
using Results = std::map<std::string, Result>;

/// A tensor of a file whose rank is known.
template <std::size_t Rank>
xt::xtensor<float, Rank> read(const stylegan::SafetensorsFile& file, const std::string& name) {
    const auto& shape = file.shape(name);
    if (shape.size() != Rank) throw std::runtime_error(name + " has another rank than the test expects");
    std::array<std::size_t, Rank> extents{};
    std::copy(shape.begin(), shape.end(), extents.begin());
    auto x = xt::xtensor<float, Rank>::from_shape(extents);
    file.read_into(name, shape, x.data());
    return x;
}

/// The largest difference between what was found and what a file holds, relative to `magnitude`, or to the largest
/// magnitude of the file's tensor where that is 0. Infinite if a number is not finite.
inline double relative_error(const std::vector<float>& found, const std::vector<float>& expected,
                             double magnitude = 0) {
    double largest = 0, difference = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double d = std::abs(double{found[i]} - double{expected[i]});
        if (!std::isfinite(d)) return INFINITY;
        difference = std::max(difference, d);
        largest = std::max(largest, std::abs(double{expected[i]}));
    }
    if (magnitude > 0) largest = magnitude;
    return largest > 0 ? difference / largest : difference > 0 ? INFINITY : 0;
}

inline void check_close(const stylegan::SafetensorsFile& file, const std::string& name, const Result& found,
                        double tolerance, double magnitude = 0) {
    BOOST_TEST_CONTEXT(name) {
        const auto& shape = file.shape(name);
        BOOST_TEST_REQUIRE(found.shape == shape, boost::test_tools::per_element());
        const double error = relative_error(found.values, file.read_float(name), magnitude);
        BOOST_TEST(error <= tolerance);
    }
}

/// The names of a file's tensors below a prefix. @throws std::runtime_error if there are none
inline std::vector<std::string> names_below(const stylegan::SafetensorsFile& file, const std::string& prefix) {
    std::vector<std::string> names;
    for (const std::string& name : file.names())
        if (name.starts_with(prefix)) names.push_back(name);
    if (names.empty()) throw std::runtime_error("there is no tensor " + prefix + "...");
    return names;
}

/// "out/image_lod0.25" after "out/image_lod" -> 0.25. @throws std::runtime_error if more than a number follows
inline double number_after(const std::string& name, const std::string& start) {
    const std::string rest = name.substr(start.size());
    char* end = nullptr;
    const double value = std::strtod(rest.c_str(), &end);
    if (rest.empty() || *end != '\0') throw std::runtime_error("tensor " + name + " is not known to this test");
    return value;
}

/// The kernels that this run of the program tests on the processor.
stylegan::Kernels kernels();

/// The device that the networks of the golden files are on. It has two threads, so that what they share is tested.
#ifdef GOLDEN_ON_CUDA
using Device = stylegan::Cuda;
stylegan::Precision precision();  ///< that this run of the program tests
inline Device device() { return {.precision = precision(), .threads = 2}; }
#else
using Device = stylegan::Cpu;
inline Device device() { return {.threads = 2, .kernels = kernels()}; }
#endif

using Context = stylegan::Context<Device>;
inline std::shared_ptr<Context> context() { return std::make_shared<Context>(device()); }

inline constexpr bool on_a_gpu() {
#if defined(GOLDEN_ON_CUDA) && !defined(STYLEGAN_CUDA_STAND_IN)
    return true;
#else
    return false;
#endif
}

/// Whether the tolerances of plain arithmetic are to be held. The stand-in for CUDA sums in double precision; of a GPU we
/// know only that its factors are not rounded.
inline bool plain_arithmetic() {
#ifdef GOLDEN_ON_CUDA
    return !on_a_gpu();
#else
    return kernels() == stylegan::Kernels::plain;
#endif
}

/// Tolerances of the golden README for forward results and for first gradients; and what half precision leaves of them.
#ifdef GOLDEN_ON_CUDA
inline double tolerance_of(double plain, double other, double fp16, double bf16) {
    switch (precision()) {
        case stylegan::Precision::fp32: return plain_arithmetic() ? plain : other;
        case stylegan::Precision::bf16: return bf16;
        default: return fp16;
    }
}
#else
inline double tolerance_of(double plain, double other, double, double) { return plain_arithmetic() ? plain : other; }
#endif
// A leaky ReLU whose input is rounded across 0 changes its gradient at once, so that single values of a gradient are far off.
inline double forward_tolerance() { return tolerance_of(1e-5, 1e-4, 1e-2, 5e-2); }
inline double gradient_tolerance() { return tolerance_of(1e-4, 1e-3, 0.15, 0.3); }
/// Of a single op: all kernels of the processor keep to it, in gradients ten times that. cuDNN's algorithms are other ones.
inline double op_tolerance() {
#if defined(GOLDEN_ON_CUDA) && !defined(STYLEGAN_CUDA_STAND_IN)
    return 1e-4;
#else
    return 1e-5;
#endif
}
/// After some training steps, of the largest value of a tensor, and of how far the steps moved it. Adam's step has one size, so that
/// a gradient whose sign is lost to rounded factors moves a value the other way, twice its move off. On a GPU not measured yet.
inline double training_tolerance() { return tolerance_of(1e-3, on_a_gpu() ? 1e-2 : 1e-3, 5e-2, 4e-1); }
inline double move_tolerance() { return tolerance_of(1e-2, on_a_gpu() ? 1e-1 : 1e-2, 2.5, 2.5); }

}  // namespace golden
