// SPDX-License-Identifier: Apache-2.0
// Streams, events and graphs. Work is queued, and done when somebody waits for it and not before: who forgets to wait finds
// what was there before. Order is CUDA's: within a stream, between streams by events, and between the legacy default
// stream and every stream that was not created with cudaStreamNonBlocking.
#include "machine.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <set>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

using namespace cuda_host;

namespace {

using Sequence = long long;  // all work of all streams is numbered

struct Work {
    Sequence sequence = 0;
    std::string what;
    std::function<void()> run;
};

struct Graph {
    std::vector<Work> work;
};

struct Stream {
    Stream(int d, bool b) : device(d), blocking(b) {}

    int device;
    bool blocking;
    std::deque<Work> queue;
    std::shared_ptr<Graph> captured;  // while it captures
    std::thread::id capturer{};       // the thread whose calls can spoil that; none: all threads'
    bool spoilt = false;              // the capture
};

/// Where in its stream an event was recorded.
struct Mark {
    std::shared_ptr<Stream> stream;
    Sequence sequence = 0;
    bool reached = false;
    std::chrono::steady_clock::time_point time;
};

struct Event {
    unsigned flags = 0;
    std::shared_ptr<Mark> mark;
};

struct All {
    std::map<cudaStream_t, std::shared_ptr<Stream>> streams;
    std::map<int, std::shared_ptr<Stream>> legacy;   // by device
    std::vector<std::shared_ptr<Stream>> destroyed;  // with work that nobody waited for
    std::map<cudaEvent_t, Event> events;
    std::map<cudaGraph_t, std::shared_ptr<Graph>> graphs;
    std::map<cudaGraphExec_t, std::shared_ptr<Graph>> executables;
    std::map<cudaStream_t, int> recorders;  // devices of streams that captured: graphs outlive them
    Sequence sequence = 0;
    std::uintptr_t name = 0x100;  // handles are numbers: nobody may look behind them
};

All& all() {
    static All a;
    return a;
}

template <class Handle>
Handle new_handle() {
    return reinterpret_cast<Handle>(all().name += 0x10);
}

bool is_legacy(cudaStream_t s) { return s == nullptr || s == cudaStreamLegacy; }

std::shared_ptr<Stream> legacy_of(int device) {
    auto& s = all().legacy[device];
    if (!s) s = std::make_shared<Stream>(device, true);
    return s;
}

/// nullptr: there is no such stream
std::shared_ptr<Stream> stream_of(cudaStream_t handle) {
    if (is_legacy(handle)) return legacy_of(current_device());
    const auto at = all().streams.find(handle);
    return at == all().streams.end() ? nullptr : at->second;
}

void do_front(Stream& s) {
    Work work = std::move(s.queue.front());
    s.queue.pop_front();
    if (sticky() != cudaSuccess) return;
    if (!Memory::instance().run(work.what.c_str(), work.run)) set_sticky(cudaErrorIllegalAddress);
}

/// The legacy stream of a device and all that wait for it, with their work up to a number, in the order of the numbers.
void do_together(int device, Sequence last) {
    std::vector<std::shared_ptr<Stream>> members{legacy_of(device)};
    for (const auto& [handle, s] : all().streams) members.push_back(s);
    members.insert(members.end(), all().destroyed.begin(), all().destroyed.end());
    for (;;) {
        Stream* first = nullptr;
        for (const auto& s : members)
            if (s->device == device && s->blocking && !s->queue.empty() && s->queue.front().sequence <= last &&
                (first == nullptr || s->queue.front().sequence < first->queue.front().sequence))
                first = s.get();
        if (first == nullptr) return;
        do_front(*first);
    }
}

void do_until(const std::shared_ptr<Stream>& s, Sequence last) {
    const auto legacy = legacy_of(s->device);
    if (s->blocking) {
        Sequence barrier = s == legacy ? last : 0;  // the last work of the legacy stream that must come before
        for (const Work& w : legacy->queue)
            if (w.sequence < last) barrier = std::max(barrier, w.sequence);
        if (barrier > 0) do_together(s->device, barrier);
    }
    while (!s->queue.empty() && s->queue.front().sequence <= last) do_front(*s);
}

/// Streams that capture, of which the capture is lost with this. @return whether there are any
bool spoil_captures(bool by_all) {
    bool any = false;
    for (const auto& [handle, s] : all().streams)
        if (s->captured && (by_all || s->capturer == std::thread::id() || s->capturer == std::this_thread::get_id()))
            any = s->spoilt = true;
    return any;
}

cudaError_t push(const std::shared_ptr<Stream>& s, std::string what, std::function<void()> work) {
    const bool ordered = std::any_of(all().streams.begin(), all().streams.end(), [](const auto& other) {
        return other.second->captured && other.second->blocking;
    });
    if (s == legacy_of(s->device) && ordered && spoils_capture(what.c_str(), true))
        return failed(cudaErrorStreamCaptureImplicit);
    if (s->captured) {
        s->captured->work.push_back({0, std::move(what), std::move(work)});
        return cudaSuccess;
    }
    s->queue.push_back({++all().sequence, std::move(what), std::move(work)});
    return sticky();
}

cudaError_t no_stream(const char* where) {
    report(std::string(where) + ": there is no such stream");
    return failed(cudaErrorInvalidResourceHandle);
}

}  // namespace

namespace cuda_host {

cudaError_t enqueue(cudaStream_t handle, std::string what, std::function<void()> work) {
    const Lock lock(mutex());
    const auto s = stream_of(handle);
    if (!s) return no_stream(what.c_str());
    return push(s, std::move(what), std::move(work));
}

bool spoils_capture(const char* where, bool by_all) {
    if (!spoil_captures(by_all)) return false;
    report(std::string(where) + ": a stream captures");
    return true;
}

bool captures(cudaStream_t handle) {
    const auto s = stream_of(handle);
    return s && s->captured;
}

int device_of(cudaStream_t handle) {
    if (const auto s = stream_of(handle)) return s->device;
    const auto recorder = all().recorders.find(handle);
    return recorder == all().recorders.end() ? -1 : recorder->second;
}

void do_all() {
    const Lock lock(mutex());
    for (int d = 0; d < device_count(); ++d) do_together(d, all().sequence);
    for (const auto& [handle, s] : all().streams) do_until(s, all().sequence);
    const auto destroyed = std::exchange(all().destroyed, {});
    for (const auto& s : destroyed) do_until(s, all().sequence);
}

void list_streams(std::vector<std::string>& lines) {
    const auto add = [&](std::size_t count, const char* what) {
        if (count > 0) lines.push_back(std::to_string(count) + " " + what + " not destroyed");
    };
    add(all().streams.size(), "streams");
    add(all().events.size(), "events");
    add(all().graphs.size(), "graphs");
    add(all().executables.size(), "executable graphs");
}

}  // namespace cuda_host

extern "C" {

cudaError_t cudaDeviceSynchronize() {
    const Lock lock(mutex());
    ++tally().synchronizations;
    if (spoils_capture("cudaDeviceSynchronize", true)) return failed(cudaErrorStreamCaptureUnsupported);
    if (mutation() != Mutation::synchronization) do_all();
    return sticky();
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* handle, unsigned flags) {
    const Lock lock(mutex());
    if (device_count() == 0) return failed(cudaErrorNoDevice);
    if (handle == nullptr || flags > cudaStreamNonBlocking) return failed(cudaErrorInvalidValue);
    *handle = new_handle<cudaStream_t>();
    all().streams[*handle] = std::make_shared<Stream>(current_device(), flags != cudaStreamNonBlocking);
    return sticky();
}

cudaError_t cudaStreamDestroy(cudaStream_t handle) {
    const Lock lock(mutex());
    const auto at = all().streams.find(handle);
    if (at == all().streams.end()) return no_stream("cudaStreamDestroy");
    if (!at->second->queue.empty()) all().destroyed.push_back(at->second);
    all().streams.erase(at);
    return sticky();
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
    const Lock lock(mutex());
    ++tally().synchronizations;
    const auto s = stream_of(handle);
    if (!s) return no_stream("cudaStreamSynchronize");
    if (s->captured && spoils_capture("cudaStreamSynchronize", true)) return failed(cudaErrorStreamCaptureUnsupported);
    if (mutation() != Mutation::synchronization) do_until(s, all().sequence);
    return sticky();
}

cudaError_t cudaStreamQuery(cudaStream_t handle) {
    const Lock lock(mutex());
    const auto s = stream_of(handle);
    if (!s) return no_stream("cudaStreamQuery");
    return s->queue.empty() ? sticky() : cudaErrorNotReady;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned flags) {
    const Lock lock(mutex());
    const auto at = all().events.find(event);
    if (at == all().events.end()) {
        report("cudaStreamWaitEvent: there is no such event");
        return failed(cudaErrorInvalidResourceHandle);
    }
    if (flags != 0) return failed(cudaErrorInvalidValue);
    const auto mark = at->second.mark;
    if (!mark) return sticky();  // not recorded: nothing to wait for
    return enqueue(handle, "cudaStreamWaitEvent", [mark] {
        if (!mark->reached) do_until(mark->stream, mark->sequence);
    });
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
    const Lock lock(mutex());
    if (device_count() == 0) return failed(cudaErrorNoDevice);
    if (event == nullptr) return failed(cudaErrorInvalidValue);
    *event = new_handle<cudaEvent_t>();
    all().events[*event] = {.flags = flags, .mark = nullptr};
    return sticky();
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t handle) {
    const Lock lock(mutex());
    const auto at = all().events.find(event);
    const auto s = stream_of(handle);
    if (at == all().events.end() || !s) {
        report("cudaEventRecord: there is no such event or stream");
        return failed(cudaErrorInvalidResourceHandle);
    }
    auto mark = std::make_shared<Mark>();
    mark->stream = s;
    const cudaError_t error = push(s, "cudaEventRecord", [weak = std::weak_ptr(mark)] {
        if (const auto m = weak.lock()) {
            m->reached = true;
            m->time = std::chrono::steady_clock::now();
        }
    });
    mark->sequence = all().sequence;
    at->second.mark = mark;
    return error;
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
    const Lock lock(mutex());
    const auto at = all().events.find(event);
    if (at == all().events.end()) return failed(cudaErrorInvalidResourceHandle);
    return !at->second.mark || at->second.mark->reached ? sticky() : cudaErrorNotReady;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    const Lock lock(mutex());
    ++tally().synchronizations;
    const auto at = all().events.find(event);
    if (at == all().events.end()) {
        report("cudaEventSynchronize: there is no such event");
        return failed(cudaErrorInvalidResourceHandle);
    }
    const auto mark = at->second.mark;
    if (mark && !mark->reached && mutation() != Mutation::synchronization) do_until(mark->stream, mark->sequence);
    return sticky();
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
    const Lock lock(mutex());
    const auto a = all().events.find(start), b = all().events.find(end);
    if (a == all().events.end() || b == all().events.end() || !a->second.mark || !b->second.mark ||
        ((a->second.flags | b->second.flags) & cudaEventDisableTiming) != 0)
        return failed(cudaErrorInvalidResourceHandle);
    if (!a->second.mark->reached || !b->second.mark->reached) return cudaErrorNotReady;
    *milliseconds = std::chrono::duration<float, std::milli>(b->second.mark->time - a->second.mark->time).count();
    return sticky();
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
    const Lock lock(mutex());
    if (all().events.erase(event) == 0) {
        report("cudaEventDestroy: there is no such event");
        return failed(cudaErrorInvalidResourceHandle);
    }
    return sticky();
}

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode mode) {
    const Lock lock(mutex());
    const auto s = stream_of(handle);
    if (!s) return no_stream("cudaStreamBeginCapture");
    if (is_legacy(handle) || s->captured) return failed(cudaErrorStreamCaptureUnsupported);
    s->captured = std::make_shared<Graph>();
    s->capturer = mode == cudaStreamCaptureModeGlobal ? std::thread::id() : std::this_thread::get_id();
    return sticky();
}

cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t* graph) {
    const Lock lock(mutex());
    const auto s = stream_of(handle);
    if (!s) return no_stream("cudaStreamEndCapture");
    if (!s->captured) return failed(cudaErrorStreamCaptureUnmatched);
    const auto captured = std::exchange(s->captured, nullptr);
    *graph = nullptr;
    if (std::exchange(s->spoilt, false)) return failed(cudaErrorStreamCaptureInvalidated);
    *graph = new_handle<cudaGraph_t>();
    all().graphs[*graph] = captured;
    all().recorders[handle] = s->device;
    return sticky();
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t handle) {
    const Lock lock(mutex());
    const auto at = all().executables.find(executable);
    const auto s = stream_of(handle);
    if (at == all().executables.end() || !s) {
        report("cudaGraphLaunch: there is no such graph or stream");
        return failed(cudaErrorInvalidResourceHandle);
    }
    ++tally().graphs;
    for (const Work& work : at->second->work) push(s, work.what, work.run);
    return sticky();
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    const Lock lock(mutex());
    if (all().graphs.erase(graph) == 0) return failed(cudaErrorInvalidValue);
    return sticky();
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
    const Lock lock(mutex());
    if (all().executables.erase(executable) == 0) return failed(cudaErrorInvalidValue);
    return sticky();
}

}  // extern "C"

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
    const Lock lock(mutex());
    const auto at = all().graphs.find(graph);
    if (at == all().graphs.end()) return failed(cudaErrorInvalidValue);
    *executable = new_handle<cudaGraphExec_t>();
    all().executables[*executable] = at->second;
    return sticky();
}
