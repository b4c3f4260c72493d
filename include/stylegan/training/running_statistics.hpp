// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

namespace stylegan {

/// Number, mean and standard deviation of values added one at a time.
/// @see Welford (1962)
class RunningStatistics {
public:
    RunningStatistics() = default;
    /// The state that count(), mean() and squares() return.
    RunningStatistics(std::uint64_t count, double mean, double squares)
        : count_(count), mean_(mean), squares_(squares) {}

    /// Adds a value to the statistics.
    void add(double value) {
        ++count_;
        const double off = value - mean_;
        mean_ += off / static_cast<double>(count_);
        squares_ += off * (value - mean_);
    }

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] double mean() const { return mean_; }
    /// The sum of squared differences from the mean.
    [[nodiscard]] double squares() const { return squares_; }
    /// The biased standard deviation, as in the official statistics; 0 without values.
    [[nodiscard]] double standard_deviation() const {
        return count_ > 0 ? std::sqrt(squares_ / static_cast<double>(count_)) : 0;
    }

private:
    std::uint64_t count_ = 0;
    double mean_ = 0, squares_ = 0;
};

}  // namespace stylegan
