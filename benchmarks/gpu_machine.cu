// SPDX-License-Identifier: Apache-2.0
// What this GPU can do: the limits that other figures are judged by. Prints one line of JSON.
#include <stylegan/core/error.hpp>
#include <stylegan/device/cuda.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace {

using namespace stylegan;

/// Seconds of f(), whose work ends with the context's: the least of several runs.
template <class F>
double seconds_of(Context<Cuda>& c, F f) {
    double least = 1e30;
    for (int run = 0; run < 7; ++run) {
        c.synchronize();
        const auto start = std::chrono::steady_clock::now();
        f();
        c.synchronize();
        least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return least;
}

/// 10^9 operations a second of a large product.
double gflops(Precision precision) {
    Context<Cuda> c(Cuda{.precision = precision});
    constexpr Index n = 8192;
    constexpr int products = 4;
    const Workspace::Frame frame(c.workspace());
    const auto a = c.take(n, n), b = c.take(n, n), y = c.take(n, n);
    c.fill(a, 0.5f);
    c.fill(b, 0.25f);
    const double seconds = seconds_of(c, [&] {
        for (int i = 0; i < products; ++i) c.multiply(n, n, n, 1, a.data, false, b.data, false, 0, y.data);
    });
    return 2e-9 * products * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n) / seconds;
}

/// 10^9 bytes a second, read and written, of a copy of 1 GiB.
double gbs() {
    Context<Cuda> c;
    constexpr Index values = Index{1} << 28;
    const Workspace::Frame frame(c.workspace());
    const auto x = c.take(values), y = c.take(values);
    c.fill(x, 1.0f);
    const double seconds = seconds_of(c, [&] { c.copy(View<const float, 1>(x), y); });
    return 1e-9 * 2 * sizeof(float) * static_cast<double>(values) / seconds;
}

}  // namespace

int main() {
    try {
        std::printf("{\"fp32_gflops\": %.6g, \"tf32_gflops\": %.6g, \"read_write_gbs\": %.6g}\n",
                    gflops(Precision::fp32), gflops(Precision::tf32), gbs());
        return 0;
    } catch (const Error& e) {
        std::fprintf(stderr, "bench_gpu_machine: %s\n", e.what());
        return 1;
    }
}
