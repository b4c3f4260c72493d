// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

namespace stylegan {

/// Number, mean and standard deviation of values that come one by one.
/// @see Welford (1962)
class RunningStatistics {
public:
    void add(double value) {
        ++count_;
        const double off = value - mean_;
        mean_ += off / static_cast<double>(count_);
        squares_ += off * (value - mean_);
    }

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] double mean() const { return mean_; }
    /// Of the values themselves (biased), as the official statistics report it.
    [[nodiscard]] double standard_deviation() const {
        return count_ > 0 ? std::sqrt(squares_ / static_cast<double>(count_)) : 0;
    }

private:
    std::uint64_t count_ = 0;
    double mean_ = 0, squares_ = 0;
};

}  // namespace stylegan
