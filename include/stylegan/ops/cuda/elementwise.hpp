// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda.hpp>
#include <stylegan/ops/elementwise.hpp>

/// How an op's arithmetic, one callable for both devices, becomes a kernel.
namespace stylegan::ops {

/// n / d for 0 <= n, with the short division where the numbers are short: the long one is a loop on GPUs.
STYLEGAN_HOST_DEVICE constexpr Index quotient(Index n, Index d) {
    if (((n | d) >> 32) == 0) return static_cast<Index>(static_cast<std::uint32_t>(n) / static_cast<std::uint32_t>(d));
    return n / d;
}

/// Where a value of maps (N, C, H, W) stands.
struct MapsIndex {
    Index sample, channel, pixel;

    /// @param at  the value's offset
    STYLEGAN_HOST_DEVICE static constexpr MapsIndex of(Index at, Index channels, Index pixels) {
        const Index plane = quotient(at, pixels), sample = quotient(plane, channels);
        return {sample, plane - sample * channels, at - plane * pixels};
    }
};

namespace detail {

/// to[i] = f(from[i]...). Its pointers are separate members: a parameter pack cannot be captured by a kernel's lambda.
template <class S, class F, class... In>
struct Mapped;

template <class S, class F, class A>
struct Mapped<S, F, A> {
    S* to;
    F f;
    const A* a;
    STYLEGAN_DEVICE void operator()(Index i) const { to[i] = f(a[i]); }
};

template <class S, class F, class A, class B>
struct Mapped<S, F, A, B> {
    S* to;
    F f;
    const A* a;
    const B* b;
    STYLEGAN_DEVICE void operator()(Index i) const { to[i] = f(a[i], b[i]); }
};

}  // namespace detail

/// out[i] = f(in[i]...) for i in [0, count), on the GPU.
template <class F, class... In>
void elementwise(Context<Cuda>& c, Index count, float* out, const F& f, const In*... in) {
    c.launch(count, detail::Mapped<float, F, In...>{out, f, in...});
}

}  // namespace stylegan::ops
#endif
