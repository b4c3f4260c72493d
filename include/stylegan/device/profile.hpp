// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// Times of the layers. A context with a profile records into it; without one, a layer pays one comparison.
class Profile {
public:
    /// The measurements of one layer.
    struct Entry {
        std::string name{};        ///< "64x64/Conv0_up/convolution" and the like
        int calls = 0;             ///< number of calls
        double seconds = 0;        ///< of all calls together
        double multiply_adds = 0;  ///< by the definition, whatever the algorithm needs
        double bytes = 0;          ///< the least that must move: inputs, outputs and weights, once each
    };

    /// Measures from construction to destruction; default-constructed, it does nothing.
    class Timer {
    public:
        Timer() = default;
        /// @param finish  waits for asynchronous work; called before the end is taken
        Timer(Profile& profile, Entry what, std::function<void()> finish = {})
            : profile_(&profile),
              what_(std::move(what)),
              finish_(std::move(finish)),
              start_(std::chrono::steady_clock::now()) {}
        Timer(const Timer&) = delete;
        Timer& operator=(const Timer&) = delete;
        ~Timer() {
            if (!profile_) return;
            if (finish_) finish_();
            what_.calls = 1;
            what_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
            profile_->add(what_);
        }

    private:
        Profile* profile_ = nullptr;
        Entry what_{};
        std::function<void()> finish_{};
        std::chrono::steady_clock::time_point start_{};
    };

    /// The measurements, in the order of first use; repeated calls of a layer are added up.
    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

    /// Adds calls, seconds, multiply-adds and bytes to the entry of the same name, or a new entry.
    void add(const Entry& e) {
        const auto at =
            std::find_if(entries_.begin(), entries_.end(), [&](const Entry& o) { return o.name == e.name; });
        if (at == entries_.end()) {
            entries_.push_back(e);
            return;
        }
        at->calls += e.calls;
        at->seconds += e.seconds;
        at->multiply_adds += e.multiply_adds;
        at->bytes += e.bytes;
    }

private:
    std::vector<Entry> entries_;
};

}  // namespace stylegan
