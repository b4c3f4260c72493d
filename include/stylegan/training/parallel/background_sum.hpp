// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/device/communicator.hpp>
#include <stylegan/training/parallel/sum_over_ranks.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace stylegan {

/// Sums arrays in host memory over ranks, one after the other, on a thread of its own, while the caller computes. All
/// ranks give it arrays of the same sizes in the same order. Until finish() nothing else may use the communicator.
template <class Scalar>
class BackgroundSum {
public:
    /// @throws DeviceError if no thread can be started
    explicit BackgroundSum(const std::shared_ptr<Communicator>& ranks) : state_(std::make_shared<State>()) {
        state_->ranks = ranks;
        try {
            thread_ = std::thread([state = state_] { state->work(); });
        } catch (const std::system_error& error) {
            throw DeviceError(text("training: no thread can be started for sums over ranks: ", error.what()));
        }
    }
    BackgroundSum(const BackgroundSum&) = delete;
    BackgroundSum& operator=(const BackgroundSum&) = delete;
    /// Without finish(), as after an exception, the thread is left alone: it may wait for ranks that never answer.
    ~BackgroundSum() {
        if (thread_.joinable()) thread_.detach();
    }

    /// Begins with an array, after those before it.
    void add(std::vector<Scalar> values) {
        {
            const std::lock_guard lock(state_->mutex);
            state_->coming.push_back(std::move(values));
        }
        state_->changed.notify_one();
    }

    /// Waits for the sums of all arrays.
    /// @return the arrays, in the order of add()
    /// @throws what the communicator throws
    [[nodiscard]] std::vector<std::vector<Scalar>> finish() {
        {
            const std::lock_guard lock(state_->mutex);
            state_->complete = true;
        }
        state_->changed.notify_one();
        const auto begin = std::chrono::steady_clock::now();
        thread_.join();
        const double blocked = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        state_->ranks->overlapped(std::max(0.0, state_->seconds - blocked));
        if (state_->error) std::rethrow_exception(state_->error);
        return std::move(state_->done);
    }

private:
    /// What the thread works with; it owns it as long as it lives.
    struct State {
        std::shared_ptr<Communicator> ranks;
        std::mutex mutex;
        std::condition_variable changed;
        std::deque<std::vector<Scalar>> coming;
        std::vector<std::vector<Scalar>> done;
        bool complete = false;
        double seconds = 0;  // in the communicator
        std::exception_ptr error;

        void work() {
            const double before = ranks->waited();
            try {
                std::vector<Scalar> scratch;
                for (;;) {
                    std::unique_lock lock(mutex);
                    changed.wait(lock, [this] { return complete || !coming.empty(); });
                    if (coming.empty()) break;
                    std::vector<Scalar> values = std::move(coming.front());
                    coming.pop_front();
                    lock.unlock();
                    scratch.resize(values.size());
                    sum(values, scratch);
                    done.push_back(std::move(values));
                }
            } catch (...) {
                error = std::current_exception();
            }
            seconds = ranks->waited() - before;
        }

        void sum(std::vector<Scalar>& values, std::vector<Scalar>& scratch) {
            const auto part = [](std::vector<Scalar>& of, ArrayRange r) {
                return std::span(of.data() + r.begin, static_cast<std::size_t>(r.size()));
            };
            sum_over_ranks(
                *ranks, static_cast<Index>(values.size()),
                [&](ArrayRange sent, bool into_scratch, ArrayRange received, int peer) {
                    ranks->exchange(std::as_bytes(part(values, sent)),
                                    std::as_writable_bytes(part(into_scratch ? scratch : values, received)), peer);
                },
                [&](ArrayRange r) {
                    for (Index i = r.begin; i < r.end; ++i)
                        values[static_cast<std::size_t>(i)] += scratch[static_cast<std::size_t>(i)];
                });
        }
    };

    std::shared_ptr<State> state_;
    std::thread thread_;
};

}  // namespace stylegan
