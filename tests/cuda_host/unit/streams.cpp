// SPDX-License-Identifier: Apache-2.0
// The order of work, and kernels.
#include "../clean.hpp"
#include "stand_in.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <thread>
#include <vector>

using namespace cuda_host;

namespace {

/// x = 2 x + n: shows the order of what was done
void step(float* x, float n, cudaStream_t stream) {
    cuda_host_launch(1, 1, stream, [=] { *x = 2 * *x + n; });
}

void set(float* x, float value, cudaStream_t stream) {
    cuda_host_launch(1, 1, stream, [=] { *x = value; });
}

__attribute__((noinline)) void launch_with_a_dead_reference(float* to, cudaStream_t stream) {
    volatile float local = 3;
    const volatile float* const address = &local;
    cuda_host_launch(1, 1, stream, [=] { *to = *address; });
}

/// How often each of `count` positions is visited by a grid-stride loop of this launch.
std::vector<float> visits(std::int64_t count, dim3 grid, dim3 block) {
    const Stream stream;
    const Values values(std::vector<float>(static_cast<std::size_t>(count), 0.f), stream);
    float* const to = values.data();
    cuda_host_launch(grid, block, stream, [=](auto b, auto size, auto t, auto blocks) {
        for (std::int64_t i = std::int64_t{b.x} * size.x + t.x; i < count; i += std::int64_t{size.x} * blocks.x)
            ++to[i];
    });
    return values.read(stream);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(streams, Clean)

BOOST_AUTO_TEST_CASE(a_stream_keeps_its_order) {
    const Stream stream;
    const Values x(1);
    set(x.data(), 1, stream);
    step(x.data(), 3, stream);
    step(x.data(), 5, stream);
    BOOST_TEST(x.read(stream)[0] == 15.f);
}

BOOST_AUTO_TEST_CASE(streams_do_not_wait_for_each_other) {
    const Stream a, b;
    const Values x(1);
    set(x.data(), 1, a);
    BOOST_TEST(std::isnan(x.read(b)[0]));
    a.wait();
    BOOST_TEST(x.read(b)[0] == 1.f);
}

BOOST_AUTO_TEST_CASE(an_event_orders_streams) {
    const Stream a, b;
    const Values x(1);
    cudaEvent_t event = nullptr;
    REQUIRE_CUDA(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
    set(x.data(), 1, a);
    REQUIRE_CUDA(cudaEventRecord(event, a));
    BOOST_TEST(cudaEventQuery(event) == cudaErrorNotReady);
    set(x.data(), 9, a);
    REQUIRE_CUDA(cudaStreamWaitEvent(b, event, 0));
    BOOST_TEST(x.read(b)[0] == 1.f);
    BOOST_TEST(cudaEventQuery(event) == cudaSuccess);
    REQUIRE_CUDA(cudaEventRecord(event, a));
    REQUIRE_CUDA(cudaEventSynchronize(event));
    BOOST_TEST(x.read(b)[0] == 9.f);
    REQUIRE_CUDA(cudaEventDestroy(event));
}

BOOST_AUTO_TEST_CASE(the_legacy_stream_is_between_all_others) {
    const Stream a(cudaStreamDefault), b(cudaStreamDefault), apart, reader;
    const Values x(1), y(1);
    set(x.data(), 1, a);
    set(y.data(), 4, apart);
    step(x.data(), 3, cudaStreamLegacy);
    step(x.data(), 5, b);
    REQUIRE_CUDA(cudaStreamSynchronize(b));
    BOOST_TEST(x.read(reader)[0] == 15.f);
    step(x.data(), 1, a);
    step(x.data(), 2, nullptr);
    step(x.data(), 7, a);
    REQUIRE_CUDA(cudaStreamSynchronize(cudaStreamLegacy));
    BOOST_TEST(cudaStreamQuery(a) == cudaSuccess);  // it waits for all streams but those apart
    BOOST_TEST(cudaStreamQuery(apart) == cudaErrorNotReady);
    BOOST_TEST(x.read(reader)[0] == 2 * (2 * 31.f + 2) + 7);
    BOOST_TEST(y.read(apart)[0] == 4.f);
}

BOOST_AUTO_TEST_CASE(a_graph_is_work_that_is_kept) {
    const Stream stream;
    const Values x(1);
    REQUIRE_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    step(x.data(), 1, stream);
    step(x.data(), 0, stream);
    cudaGraph_t graph = nullptr;
    REQUIRE_CUDA(cudaStreamEndCapture(stream, &graph));
    cudaGraphExec_t executable = nullptr;
    REQUIRE_CUDA(cudaGraphInstantiate(&executable, graph, 0));
    REQUIRE_CUDA(cudaGraphDestroy(graph));
    set(x.data(), 0, stream);
    REQUIRE_CUDA(cudaGraphLaunch(executable, stream));
    BOOST_TEST(x.read(stream)[0] == 2.f);
    REQUIRE_CUDA(cudaGraphLaunch(executable, stream));
    BOOST_TEST(x.read(stream)[0] == 10.f);
    REQUIRE_CUDA(cudaGraphExecDestroy(executable));
}

BOOST_AUTO_TEST_CASE(what_takes_effect_at_once_spoils_a_capture) {
    const Stream stream(cudaStreamDefault);
    const Values x(1);
    float value = 0;
    void* memory = nullptr;
    const auto spoils = [&](const char* fault, const auto& call) {
        REQUIRE_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
        step(x.data(), 1, stream);
        BOOST_TEST(call() != cudaSuccess);
        expect_fault(fault);
        cudaGraph_t graph = nullptr;
        BOOST_TEST(cudaStreamEndCapture(stream, &graph) == cudaErrorStreamCaptureInvalidated);
        BOOST_TEST(graph == nullptr);
    };
    spoils("cudaStreamSynchronize: a stream captures", [&] { return cudaStreamSynchronize(stream); });
    spoils("cudaDeviceSynchronize: a stream captures", [&] { return cudaDeviceSynchronize(); });
    spoils("cudaMalloc: a stream captures", [&] { return cudaMalloc(&memory, 4); });
    spoils("cudaFree: a stream captures", [&] { return cudaFree(x.data()); });
    spoils("cudaMemsetAsync: a stream captures", [&] { return cudaMemsetAsync(x.data(), 0, 4, cudaStreamLegacy); });
    spoils("which is not imitated: a stream captures",
           [&] { return cudaMemcpyAsync(x.data(), &value, 4, cudaMemcpyHostToDevice, stream); });
}

BOOST_AUTO_TEST_CASE(other_threads_do_not_spoil_a_capture_of_one_thread) {
    const Stream stream;
    const Values x(1);
    for (const auto mode : {cudaStreamCaptureModeThreadLocal, cudaStreamCaptureModeGlobal}) {
        REQUIRE_CUDA(cudaStreamBeginCapture(stream, mode));
        cudaError_t found = cudaSuccess;
        std::thread([&] {
            void* memory = nullptr;
            found = cudaMalloc(&memory, 4);
            if (found == cudaSuccess) cudaFree(memory);
        }).join();
        cudaGraph_t graph = nullptr;
        const cudaError_t captured = cudaStreamEndCapture(stream, &graph);
        if (mode == cudaStreamCaptureModeThreadLocal) {
            BOOST_TEST(found == cudaSuccess);
            REQUIRE_CUDA(captured);
            REQUIRE_CUDA(cudaGraphDestroy(graph));
        } else {
            BOOST_TEST(found == cudaErrorStreamCaptureUnsupported);
            BOOST_TEST(captured == cudaErrorStreamCaptureInvalidated);
            expect_fault("cudaMalloc: a stream captures");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_destroyed_stream_is_waited_for_by_nobody) {
    const Values x(1);
    {
        const Stream stream;
        set(x.data(), 1, stream);
    }
    const Stream other;
    BOOST_TEST(std::isnan(x.read(other)[0]));
    REQUIRE_CUDA(cudaDeviceSynchronize());
    BOOST_TEST(x.read(other)[0] == 1.f);
}

BOOST_AUTO_TEST_CASE(each_thread_runs_once) {
    for (const auto& [count, grid, block] :
         {std::tuple{1, 1u, 1u}, std::tuple{1000, 4u, 256u}, std::tuple{1025, 5u, 256u}, std::tuple{777, 3u, 32u},
          std::tuple{64, 7u, 1024u}}) {
        const auto seen = visits(count, grid, block);
        BOOST_TEST(std::all_of(seen.begin(), seen.end(), [](float v) { return v == 1; }));
    }
    const auto few = visits(100, 1, 64);  // a loop of more than one round
    BOOST_TEST(std::all_of(few.begin(), few.end(), [](float v) { return v == 1; }));
}

BOOST_AUTO_TEST_CASE(blocks_and_threads_run_in_no_order) {
    const Stream stream;
    const Values order(512), next(std::vector<float>{0}, stream);
    float *const to = order.data(), *const counter = next.data();
    cuda_host_launch(8, 64, stream,
                     [=] { to[static_cast<int>((*counter)++)] = static_cast<float>(blockIdx.x * 64 + threadIdx.x); });
    auto seen = order.read(stream);
    BOOST_TEST(!std::is_sorted(seen.begin(), seen.end()));
    std::sort(seen.begin(), seen.end());
    for (std::size_t i = 0; i < seen.size(); ++i) BOOST_TEST(seen[i] == static_cast<float>(i));
}

BOOST_AUTO_TEST_CASE(three_dimensions) {
    const Stream stream;
    const Values values(std::vector<float>(2 * 3 * 4 * 2 * 3 * 2, 0.f), stream);
    float* const to = values.data();
    cuda_host_launch(dim3(2, 3, 4), dim3(2, 3, 2), stream, [=] {
        const auto block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
        const auto thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
        ++to[block * 12 + thread];
    });
    for (const float v : values.read(stream)) BOOST_TEST(v == 1.f);
}

BOOST_AUTO_TEST_CASE(impossible_launches_are_refused) {
    const Stream stream;
    for (const auto& [grid, block] :
         {std::pair{dim3(0), dim3(32)}, std::pair{dim3(1), dim3(0)}, std::pair{dim3(1), dim3(1025)},
          std::pair{dim3(1, 65536), dim3(1)}, std::pair{dim3(1), dim3(1, 1, 65)}}) {
        cuda_host_launch(grid, block, stream, [] {});
        BOOST_TEST(cudaGetLastError() == cudaErrorInvalidConfiguration);
        BOOST_TEST(cudaGetLastError() == cudaSuccess);
    }
}

BOOST_AUTO_TEST_CASE(what_is_captured_by_reference_is_gone) {
    const Stream stream;
    const Values x(1);
    float* const to = x.data();
    launch_with_a_dead_reference(to, stream);
    BOOST_TEST(x.read(stream)[0] != 3.f);
}

BOOST_AUTO_TEST_CASE(streams_must_exist) {
    cudaStream_t stream = nullptr;
    REQUIRE_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    REQUIRE_CUDA(cudaStreamDestroy(stream));
    BOOST_TEST(cudaStreamSynchronize(stream) == cudaErrorInvalidResourceHandle);
    expect_fault("there is no such stream");
    cuda_host_launch(1, 1, stream, [] {});
    BOOST_TEST(cudaGetLastError() == cudaErrorInvalidResourceHandle);
    expect_fault("there is no such stream");
}

BOOST_AUTO_TEST_SUITE_END()
