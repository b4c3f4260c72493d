// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/vector/lanes.hpp>
#include <stylegan/ops/vector/transpose.hpp>

#include <algorithm>
#include <type_traits>

namespace stylegan::ops {

/// Feature maps in blocks of as many channels as a vector has lanes: value (n, c, y, x) is lane c % lanes of the vector
/// (n, c / lanes, y, x), row-major. Lanes beyond the last channel hold arbitrary finite values.
///
/// This is the layout of inference between large stages. A pixel of a block is one register, so transforms, noise, bias
/// and sums need no shuffles and no special case at the end of a row. A row of a block is contiguous, where `lanes`
/// rows of separate maps would be as many streams, powers of two apart.
template <class T>
struct BlockedMaps {
    static constexpr Index lanes = vector_width<float>;

    T* data = nullptr;
    Index batch = 0, channels = 0, height = 0, width = 0;

    [[nodiscard]] Index blocks() const { return (channels + lanes - 1) / lanes; }
    [[nodiscard]] Index size() const { return batch * blocks() * height * width * lanes; }
    [[nodiscard]] T* row(Index n, Index block, Index y) const {
        return data + ((n * blocks() + block) * height + y) * width * lanes;
    }
#if defined(__CUDACC__)
#pragma nv_diagnostic push
#pragma nv_diag_suppress 554  // of readers: never called, as the constraint says
#endif
    operator BlockedMaps<const T>() const  // NOLINT: as T* to const T*
        requires(!std::is_const_v<T>) {
        return {data, batch, channels, height, width};
    }
#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif
};

/// Scratch memory for blocked maps, in the innermost frame.
[[nodiscard]] inline BlockedMaps<float> take_blocked(Context<Cpu>& c, Index batch, Index channels, Index height,
                                                     Index width) {
    BlockedMaps<float> maps{nullptr, batch, channels, height, width};
    maps.data = c.workspace().take<float>(maps.size());
    return maps;
}

/// Feature maps whose normalisation and style are left to their reader: value v of channel c of picture n stands for
/// factor * (v - mean) + shift, with index n * blocks * lanes + c in each array. This saves a pass over memory. The
/// mean is subtracted first, since it may be much larger than the difference.
struct StyledMaps {
    BlockedMaps<const float> maps;
    const float *mean, *factor, *shift;

    [[nodiscard]] const float* mean_of(Index n, Index block) const { return mean + at(n, block); }
    [[nodiscard]] const float* factor_of(Index n, Index block) const { return factor + at(n, block); }
    [[nodiscard]] const float* shift_of(Index n, Index block) const { return shift + at(n, block); }

private:
    [[nodiscard]] Index at(Index n, Index block) const { return (n * maps.blocks() + block) * maps.lanes; }
};

/// y = x (N, C, H, W)
inline void copy_blocked(Context<Cpu>& c, Maps<const float> x, BlockedMaps<float> y) {
    const Index plane = y.height * y.width;
    c.parallel_for(y.batch * y.blocks(), [&](Index item) {
        const Index n = item / y.blocks(), block = item % y.blocks();
        const Index real = std::min(y.lanes, y.channels - block * y.lanes);
        float* const to = y.row(n, block, 0);
        if (real < y.lanes) std::fill_n(to, plane * y.lanes, 0.0f);
        transpose(real, plane, x.data + (n * y.channels + block * y.lanes) * plane, plane, to, y.lanes);
    });
}

/// Maps that are read unchanged; the arrays are in scratch memory of the innermost frame.
[[nodiscard]] inline StyledMaps as_styled(Context<Cpu>& c, BlockedMaps<const float> x) {
    const Index values = x.batch * x.blocks() * x.lanes;
    float *const zero = c.workspace().take<float>(values), *const one = c.workspace().take<float>(values);
    std::fill_n(zero, values, 0.0f);
    std::fill_n(one, values, 1.0f);
    return {x, zero, one, zero};
}

}  // namespace stylegan::ops
