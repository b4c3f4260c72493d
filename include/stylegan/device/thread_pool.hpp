// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>  // _mm_pause
#endif

namespace stylegan {

/// A few threads that share the items of one loop at a time.
/// Any thread takes any item in any order; as long as an item writes only its own values, results do not depend on the
/// number of threads. For one caller at a time.
///
/// Waking a sleeping thread can take longer than computing a small layer. So after a loop the threads spin for some
/// tens of microseconds before they sleep; idle, they use no CPU time. A loop waits for its items, never for a thread
/// that is still asleep.
class ThreadPool {
public:
    /// @param threads  this one and threads - 1 others
    /// @throws DeviceError if not all of them can be started
    explicit ThreadPool(int threads) : ThreadPool(threads, [](auto work) { return std::thread(std::move(work)); }) {}

    /// @param start  start(work) starts a thread that calls work(), and returns it as std::thread; it may throw
    /// @throws DeviceError if it throws; then the threads that run are ended first
    template <class Start>
    ThreadPool(int threads, Start&& start) {
        try {
            for (int i = 1; i < threads; ++i) {
                workers_.emplace_back();  // before the thread runs: a running one must not be lost
                workers_.back() = start([this] { work(); });
            }
        } catch (const std::exception& e) {
            if (!workers_.empty() && !workers_.back().joinable()) workers_.pop_back();
            const std::size_t running = workers_.size() + 1;
            end();
            throw DeviceError(text("only ", running, " of ", threads, " CPU threads can be started (", e.what(),
                                   "); ask for fewer, or raise the limits of memory and processes"));
        }
    }

    ~ThreadPool() { end(); }

    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    [[nodiscard]] int threads() const { return static_cast<int>(workers_.size()) + 1; }

    /// Calls f(item) for every item in [0, count), on this thread and the others; returns when all are done. A nested
    /// loop runs on its own thread alone. The first exception of an item is rethrown here.
    template <class F>
    void for_each(Index count, F&& f) {
        run(count, &call_body<std::remove_reference_t<F>>, &f);
    }

private:
    void end() {
        stop_.store(true);
        round_.fetch_add(1);
        round_.notify_all();
        for (auto& w : workers_) w.join();
    }

    using Call = void (*)(const void*, Index);

    /// Compiles the body of a loop in one place, not once for a single thread and again for several.
    template <class Body>
    [[gnu::noinline]] static void call_body(const void* body, Index item) {
        (*static_cast<Body*>(const_cast<void*>(body)))(item);
    }

    void run(Index count, Call call, const void* body) {
        if (workers_.empty() || count <= 1 || open_.load() || busy_.load() > 0) {
            for (Index i = 0; i < count; ++i) call(body, i);
            return;
        }
        call_ = call;
        body_ = body;
        count_ = count;
        next_.store(0, std::memory_order_relaxed);
        open_.store(true);
        round_.fetch_add(1);
        if (asleep_.load() > 0) round_.notify_all();
        drain();
        open_.store(false);  // later threads find the loop closed
        for (int busy; (busy = busy_.load()) != 0;)
            if (!look_out([&] { return busy_.load() != busy; })) busy_.wait(busy);
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    }

    void drain() {
        const Index count = count_;
        try {
            for (Index i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < count;) call_(body_, i);
        } catch (...) {
            next_.store(count, std::memory_order_relaxed);
            std::lock_guard lock(error_mutex_);
            if (!error_) error_ = std::current_exception();
        }
    }

    void work() {
        std::uint32_t seen = 0;
        for (;;) {
            if (!look_out([&] { return round_.load() != seen; })) {
                asleep_.fetch_add(1);
                round_.wait(seen);
                asleep_.fetch_sub(1);
            }
            seen = round_.load();
            if (stop_.load()) return;
            busy_.fetch_add(1);  // before reading open_: run() closes first, then waits for the busy ones
            if (open_.load()) drain();
            busy_.fetch_sub(1);
            busy_.notify_all();
        }
    }

    /// Spins for a while. @return whether there was a change
    template <class Condition>
    static bool look_out(Condition condition) {
        for (int i = 0; i < looks; ++i) {
            if (condition()) return true;
#if defined(__x86_64__) || defined(__i386__)
            _mm_pause();
#elif defined(__aarch64__)
            asm volatile("yield");
#endif
        }
        return condition();
    }

    static constexpr int looks = 4000;

    std::atomic<std::uint32_t> round_{0};
    std::atomic<bool> open_{false}, stop_{false};
    std::atomic<int> busy_{0}, asleep_{0};
    std::atomic<Index> next_{0};
    Call call_ = nullptr;
    const void* body_ = nullptr;
    Index count_ = 0;
    std::mutex error_mutex_;
    std::exception_ptr error_;
    std::vector<std::thread> workers_;
};

}  // namespace stylegan
