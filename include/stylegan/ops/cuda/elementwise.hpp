// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

/// Kernels from the arithmetic of an op, one callable for both devices.
namespace stylegan::ops {

using gpu::quotient;

/// Sample and channel of a plane of maps (N, C, H, W).
struct PlaneIndex {
    Index sample, channel;

    STYLEGAN_HOST_DEVICE static constexpr PlaneIndex of(Index plane, Index channels) {
        const Index sample = quotient(plane, channels);
        return {sample, plane - sample * channels};
    }
};

/// The index of a value of maps (N, C, H, W).
struct MapsIndex {
    Index sample, channel, pixel;

    /// @param at  the value's offset
    STYLEGAN_HOST_DEVICE static constexpr MapsIndex of(Index at, Index channels, Index pixels) {
        const Index plane = quotient(at, pixels), sample = quotient(plane, channels);
        return {sample, plane - sample * channels, at - plane * pixels};
    }
};

namespace detail {

/// f(from[i]...). Its pointers are separate members: a parameter pack cannot be captured by a kernel's lambda.
template <class F, class... In>
struct Mapped;

template <class F, class A>
struct Mapped<F, A> {
    F f;
    const A* a;
    STYLEGAN_DEVICE float operator()(Index, Index i) const { return f(a[i]); }
};

template <class F, class A, class B>
struct Mapped<F, A, B> {
    F f;
    const A* a;
    const B* b;
    STYLEGAN_DEVICE float operator()(Index, Index i) const { return f(a[i], b[i]); }
};

}  // namespace detail

/// out[i] = f(in[i]...) for i in [0, count), on the GPU.
template <class F, class... In>
void elementwise(Context<Cuda>& c, Index count, float* out, const F& f, const In*... in) {
    c.compute(1, count, out, detail::Mapped<F, In...>{f, in...});
}

}  // namespace stylegan::ops
#endif
