// SPDX-License-Identifier: Apache-2.0
#include "counted_progress.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace stylegan::examples {

CountedProgress::CountedProgress(std::string unit) : unit_(std::move(unit)), start_(seconds_now()) {}

void CountedProgress::show(std::size_t done, std::size_t total, const std::string& more) {
    std::string text = stylegan::text(done, " of ", total, ' ', unit_);
    if (Interrupt::requested()) throw Interrupted("interrupted after " + text);
    if (!bar_.visible() || total == 0) return;
    const double seconds = seconds_now() - start_;
    if (done > 0 && seconds > 0) {
        const double rate = static_cast<double>(done) / seconds;
        char per_second[32];
        std::snprintf(per_second, sizeof per_second, ", %.3g/s, ", rate);
        text += per_second + text_of_seconds(static_cast<double>(total - std::min(done, total)) / rate) + " left";
    }
    bar_.show(static_cast<double>(done) / static_cast<double>(total), text + more);
}

}  // namespace stylegan::examples
