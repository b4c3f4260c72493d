// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda/handle.hpp>
#include <stylegan/device/replay_key.hpp>

#include <exception>
#include <utility>

namespace stylegan::gpu {

/// Work that is recorded once, as a CUDA graph, and then launched by one call: the kernels of a small network take less
/// time than their launches. The first call with a key runs the work, so that memory is allocated and algorithms are
/// chosen; the second call records it.
///
/// A graph holds addresses and numbers, not the values at the addresses; the key lists them all. @see ReplayKey
class Replay {
public:
    Replay() = default;
    ~Replay() = default;
    Replay(const Replay&) {}  // not copied: the graph is that of another object
    Replay& operator=(const Replay&) {
        forget();
        return *this;
    }
    Replay(Replay&&) noexcept = default;
    Replay& operator=(Replay&&) noexcept = default;

    /// Runs work(), or its graph. Called twice with the same key, work() puts the same kernels into the stream.
    /// @param redirect  redirect(stream) makes work() use that stream from then on
    template <class Work, class Redirect>
    void run(cudaStream_t stream, ReplayKey key, const Work& work, const Redirect& redirect) {
        if (key != key_) {
            forget();
            work();
            key_ = std::move(key);  // after work(), which may throw
            return;
        }
        if (!graph_ && !refused_) capture(stream, work, redirect);
        if (refused_) return work();
        check(cudaGraphLaunch(graph_.get(), stream), "cudaGraphLaunch");
    }

private:
    void forget() {
        key_.clear();
        graph_.reset();
        refused_ = false;
    }

    /// Records in a stream of its own: while a stream that is ordered with the legacy default stream captures, no
    /// thread may use the latter.
    template <class Work, class Redirect>
    void capture(cudaStream_t stream, const Work& work, const Redirect& redirect) {
        const Stream recorder = make_stream(cudaStreamNonBlocking);
        redirect(recorder.get());
        std::exception_ptr error;
        try {
            check(cudaStreamBeginCapture(recorder.get(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
            work();
        } catch (const DeviceError&) {  // some algorithms cannot be captured: work() runs each time
            refused_ = true;
        } catch (...) {
            error = std::current_exception();
        }
        cudaGraph_t captured = nullptr;
        (void)cudaStreamEndCapture(recorder.get(), &captured);
        const Graph graph(captured);
        redirect(stream);
        if (error) std::rethrow_exception(error);
        refused_ = refused_ || !graph;
        if (refused_) return (void)cudaGetLastError();  // handled: clear it
        cudaGraphExec_t executable = nullptr;
        refused_ = cudaGraphInstantiate(&executable, graph.get(), 0) != cudaSuccess;
        if (refused_) return (void)cudaGetLastError();
        graph_.reset(executable);
    }

    ReplayKey key_;
    ExecutableGraph graph_;
    bool refused_ = false;
};

}  // namespace stylegan::gpu
#endif
