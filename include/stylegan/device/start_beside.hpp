// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>

namespace stylegan {

/// Starts work() on a thread of its own. Where no thread can be started, work() runs when its result is asked for: the
/// caller waits longer, and nothing is lost.
/// @param work  is copied; captures what is large through a pointer
template <class Work>
[[nodiscard]] auto start_beside(const Work& work) {
    // Both flags: libstdc++ and libc++ try a thread first. They must not move from `work` before that fails.
    return std::async(std::launch::async | std::launch::deferred, work);
}

}  // namespace stylegan
