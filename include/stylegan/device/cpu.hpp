// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/buffer.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/kernels.hpp>
#include <stylegan/device/profile.hpp>
#include <stylegan/device/thread_pool.hpp>
#include <stylegan/device/workspace.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <thread>
#include <utility>

namespace stylegan {

/// What a device works with: threads and scratch memory, or a stream and library handles. Every layer and op takes one
/// as its first argument. Not for several threads at once.
template <class Device>
class Context;

/// The number of threads of a device: `threads`, or all of the machine if that is 0.
/// @throws DeviceError if threads < 0 or > 1024
[[nodiscard]] inline int cpu_threads(const char* device, int threads) {
    if (threads < 0 || threads > 1024)
        throw DeviceError(text(device, ": threads is ", threads, ", expected 0 (all) to 1024"));
    if (threads == 0) threads = static_cast<int>(std::thread::hardware_concurrency());
    return threads > 0 ? threads : 1;
}

/// The CPU, computing in `S`. `BasicCpu<double>` serves to check derivatives; it has no Winograd forms.
template <class S>
struct BasicCpu {
    using Scalar = S;
    template <class T>
    using Buffer = HostBuffer<T>;
    struct Replay {};  ///< empty: only an asynchronous device records work

    static constexpr bool asynchronous = false;  ///< whether ops return before they are done

    int threads = 0;                  ///< 0: all of the machine
    Kernels kernels = Kernels::fast;  ///< implementation of the ops
};

/// The CPU in single precision.
using Cpu = BasicCpu<float>;

template <class S>
class Context<BasicCpu<S>> {
public:
    using Device = BasicCpu<S>;
    using Scalar = S;

    /// @throws DeviceError if threads < 0 or > 1024
    explicit Context(Device device = {}) : kernels_(device.kernels), pool_(cpu_threads("Cpu", device.threads)) {}

    [[nodiscard]] int threads() const { return pool_.threads(); }
    [[nodiscard]] Kernels kernels() const { return kernels_; }
    [[nodiscard]] Workspace& workspace() { return workspace_; }

    /// Layers record their times in `profile` from now on; nullptr stops that. `profile` must outlive its use.
    void set_profile(Profile* profile) { profile_ = profile; }

    /// Called with each gradient to which a pass of a network has added all that it will. Empty: nobody listens.
    using GradientListener = std::function<void(const S* gradient)>;
    [[nodiscard]] const GradientListener& gradient_listener() const { return gradient_listener_; }
    void set_gradient_listener(GradientListener f) { gradient_listener_ = std::move(f); }  ///< Hears from now on.

    /// Measures until the end of the returned value. describe() returns the Profile::Entry; it is called only if there
    /// is a profile.
    template <class F>
    [[nodiscard]] Profile::Timer measured(F&& describe) const {
        return profile_ ? Profile::Timer(*profile_, describe()) : Profile::Timer();
    }

    /// Calls f(item) for items [0, n), shared by the threads. Each item must write only its own values.
    template <class F>
    void parallel_for(Index n, F&& f) {
        pool_.for_each(n, f);
    }

    /// An uninitialised block of scratch memory, valid until the innermost Workspace::Frame ends.
    template <class... I>
    [[nodiscard]] View<S, static_cast<int>(sizeof...(I))> take(I... extents) {
        View<S, static_cast<int>(sizeof...(I))> v{nullptr, {static_cast<Index>(extents)...}};
        v.data = workspace_.template take<S>(v.size());
        return v;
    }

    /// Scratch memory in the shape of `other`.
    template <class T, int Rank>
    [[nodiscard]] View<S, Rank> take_like(View<T, Rank> other) {
        return {workspace_.template take<S>(other.size()), other.shape};
    }

    /// y = x
    template <int Rank>
    void copy(View<const S, Rank> x, View<S, Rank> y) const {
        std::copy_n(x.data, x.size(), y.data);
    }

    /// y = x, from host memory
    void upload(const S* x, Index count, S* y) const { std::copy_n(x, count, y); }

    /// y = x, to host memory
    void download(const S* x, Index count, S* y) const { std::copy_n(x, count, y); }

    /// y = value everywhere
    template <int Rank>
    void fill(View<S, Rank> y, S value) const {
        std::fill_n(y.data, y.size(), value);
    }

    /// Makes this context the one of the calling thread: nothing to do on the CPU.
    void enter() const {}

    /// Waits for all calls so far: nothing to do on the CPU.
    void synchronize() const {}

private:
    Kernels kernels_;
    ThreadPool pool_;
    Workspace workspace_;
    Profile* profile_ = nullptr;
    GradientListener gradient_listener_;
};

}  // namespace stylegan
