// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>

#include <algorithm>
#include <atomic>

namespace stylegan::ops {

/// Calls f(item, scratch) for items [0, items), shared by the threads. `scratch` points to `size` uninitialised values
/// of the thread, taken from the workspace before the loop. As with Context::parallel_for, an item must write only its
/// own values; nothing may depend on the previous content of `scratch`.
template <class S, class F>
void parallel_for_with_scratch(Context<BasicCpu<S>>& c, Index items, Index size, F&& f) {
    const Workspace::Frame frame(c.workspace());
    const Index workers = std::min<Index>(c.threads(), items), stride = (size + 63) / 64 * 64;
    S* const scratch = c.workspace().template take<S>(workers * stride);
    std::atomic<Index> next{0};
    c.parallel_for(workers, [&](Index worker) {
        for (Index item; (item = next.fetch_add(1, std::memory_order_relaxed)) < items;)
            f(item, scratch + worker * stride);
    });
}

}  // namespace stylegan::ops
