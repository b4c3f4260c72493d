// SPDX-License-Identifier: Apache-2.0
// What the stand-in must notice of memory and copies.
#include "../clean.hpp"
#include "stand_in.hpp"

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

using namespace cuda_host;

namespace {

bool all_nan(const std::vector<float>& v) {
    for (const float x : v)
        if (!std::isnan(x)) return false;
    return true;
}

/// A kernel of one thread that writes one value.
void write_one(float* to, cudaStream_t stream) {
    cuda_host_launch(1, 1, stream, [=] { *to = 1; });
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(memory, Clean)

BOOST_AUTO_TEST_CASE(fresh_memory_is_nan) {
    const Stream stream;
    BOOST_TEST(all_nan(Values(1000).read(stream)));
    float* locked = nullptr;
    REQUIRE_CUDA(cudaMallocHost(&locked, 40));
    BOOST_TEST(all_nan(std::vector<float>(locked, locked + 10)));
    REQUIRE_CUDA(cudaFreeHost(locked));
}

BOOST_AUTO_TEST_CASE(a_copy_that_nobody_waited_for_is_nan) {
    const Stream stream;
    const std::vector<float> from{1, 2, 3};
    const Values values(from, stream);
    std::vector<float> to(3, 7.f);
    REQUIRE_CUDA(cudaMemcpyAsync(to.data(), values.data(), 12, cudaMemcpyDeviceToHost, stream));
    BOOST_TEST(all_nan(to));
    stream.wait();
    BOOST_TEST(to == from);
}

BOOST_AUTO_TEST_CASE(a_source_that_changes_is_noticed) {
    const Stream stream;
    std::vector<float> from{1, 2, 3};
    const Values values(3);
    REQUIRE_CUDA(cudaMemcpyAsync(values.data(), from.data(), 12, cudaMemcpyHostToDevice, stream));
    from[1] = 5;
    stream.wait();
    expect_fault("the source was changed");
}

BOOST_AUTO_TEST_CASE(a_copy_in_the_wrong_direction_is_refused) {
    const Stream stream;
    const Values values(3), others(3);
    std::vector<float> host(3);
    const auto copy = [&](void* to, const void* from, cudaMemcpyKind kind) {
        BOOST_TEST(cudaMemcpyAsync(to, from, 12, kind, stream) == cudaErrorInvalidValue);
    };
    copy(host.data(), values.data(), cudaMemcpyHostToDevice);
    expect_fault("the source of a copy to the device is memory of a device");
    copy(values.data(), host.data(), cudaMemcpyDeviceToHost);
    expect_fault("the destination of a copy to the host is memory of a device");
    copy(values.data(), host.data(), cudaMemcpyDeviceToDevice);
    expect_fault("has an end outside");
    copy(host.data(), host.data(), cudaMemcpyHostToDevice);
    expect_fault("are not memory of a device");
    REQUIRE_CUDA(cudaMemcpyAsync(others.data(), values.data(), 12, cudaMemcpyDeviceToDevice, stream));
    stream.wait();
}

BOOST_AUTO_TEST_CASE(copies_stay_within_one_allocation) {
    const Stream stream;
    const Values values(3);
    std::vector<float> host(4);
    BOOST_TEST(cudaMemcpyAsync(host.data(), values.data(), 16, cudaMemcpyDeviceToHost, stream) ==
               cudaErrorInvalidValue);
    expect_fault("not within one allocation");
    BOOST_TEST(cudaMemcpyAsync(host.data(), values.data() - 1, 4, cudaMemcpyDeviceToHost, stream) ==
               cudaErrorInvalidValue);
    expect_fault("not within one allocation");
    BOOST_TEST(cudaMemsetAsync(values.data() + 1, 0, 12, stream) == cudaErrorInvalidValue);
    expect_fault("not within one allocation");
}

BOOST_AUTO_TEST_CASE(use_after_free_is_noticed) {
    const Stream stream;
    float* p = nullptr;
    REQUIRE_CUDA(cudaMalloc(&p, 400));
    write_one(p + 3, stream);
    REQUIRE_CUDA(cudaFree(p));  // without waiting for the kernel
    BOOST_TEST(cudaStreamSynchronize(stream) == cudaErrorIllegalAddress);
    expect_fault("byte 12 of 400 bytes of device memory after they were freed");

    float to = 0;
    BOOST_TEST(cudaMemcpyAsync(&to, p, 4, cudaMemcpyDeviceToHost, stream) == cudaErrorInvalidValue);
    expect_fault("after they were freed");
}

BOOST_AUTO_TEST_CASE(double_free_is_noticed) {
    float *p = nullptr, *locked = nullptr;
    REQUIRE_CUDA(cudaMalloc(&p, 400));
    REQUIRE_CUDA(cudaFree(p));
    BOOST_TEST(cudaFree(p) == cudaErrorInvalidValue);
    expect_fault("is not the beginning of an allocation");
    REQUIRE_CUDA(cudaMalloc(&p, 400));
    BOOST_TEST(cudaFree(p + 1) == cudaErrorInvalidValue);
    expect_fault("is not the beginning of an allocation");
    BOOST_TEST(cudaFreeHost(p) == cudaErrorInvalidValue);
    expect_fault("is not the beginning of an allocation");
    REQUIRE_CUDA(cudaFree(p));
    REQUIRE_CUDA(cudaMallocHost(&locked, 400));
    BOOST_TEST(cudaFree(locked) == cudaErrorInvalidValue);
    expect_fault("is not the beginning of an allocation");
    REQUIRE_CUDA(cudaFreeHost(locked));
}

BOOST_AUTO_TEST_CASE(locked_memory_outlives_its_copies) {
    const Stream stream;
    const Values values(3);
    float* locked = nullptr;
    REQUIRE_CUDA(cudaMallocHost(&locked, 12));
    REQUIRE_CUDA(cudaMemcpyAsync(values.data(), locked, 12, cudaMemcpyHostToDevice, stream));
    REQUIRE_CUDA(cudaFreeHost(locked));
    stream.wait();
    expect_fault("was not waited for");
}

BOOST_AUTO_TEST_CASE(kernels_stay_within_their_memory) {
    const Stream stream;
    const Values values(100);
    write_one(values.data() + 5000, stream);
    BOOST_TEST(cudaStreamSynchronize(stream) == cudaErrorIllegalAddress);
    expect_fault("bytes past the end of 400 bytes");
    write_one(values.data() + 101, stream);  // within the page, and behind the block
    stream.wait();
    expect_fault("something was written behind 400 bytes");
    float* p = nullptr;
    REQUIRE_CUDA(cudaMalloc(&p, 256));
    write_one(p - 1, stream);
    stream.wait();
    expect_fault("something was written before 256 bytes");
    REQUIRE_CUDA(cudaFree(p));
}

BOOST_AUTO_TEST_CASE(an_illegal_access_stays) {
    const Stream stream;
    const Values values(1);
    write_one(values.data() + 5000, stream);
    BOOST_TEST(cudaStreamSynchronize(stream) == cudaErrorIllegalAddress);
    BOOST_TEST(cudaStreamSynchronize(stream) == cudaErrorIllegalAddress);
    BOOST_TEST(cudaGetLastError() == cudaErrorIllegalAddress);
    BOOST_TEST(cudaGetLastError() == cudaErrorIllegalAddress);
    forget_faults();
}

BOOST_AUTO_TEST_CASE(memory_ends) {
    std::size_t free = 0, total = 0;
    REQUIRE_CUDA(cudaMemGetInfo(&free, &total));
    void* p = nullptr;
    BOOST_TEST(cudaMalloc(&p, free + 1) == cudaErrorMemoryAllocation);
    BOOST_TEST(cudaGetLastError() == cudaErrorMemoryAllocation);
    BOOST_TEST(cudaGetLastError() == cudaSuccess);
    REQUIRE_CUDA(cudaMalloc(&p, 1 << 20));
    std::size_t less = 0;
    REQUIRE_CUDA(cudaMemGetInfo(&less, &total));
    BOOST_TEST(free - less == std::size_t{1} << 20);
    REQUIRE_CUDA(cudaFree(p));
}

BOOST_AUTO_TEST_CASE(what_is_left_over_is_listed) {
    void* p = nullptr;
    REQUIRE_CUDA(cudaMalloc(&p, 123));
    cudaStream_t stream = nullptr;
    REQUIRE_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    cudaEvent_t event = nullptr;
    REQUIRE_CUDA(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
    const auto left = left_over();
    BOOST_TEST_REQUIRE(left.size() == 3u);
    BOOST_TEST(left[0].find("123 bytes of device memory") != std::string::npos);
    BOOST_TEST(left[1] == "1 streams not destroyed");
    BOOST_TEST(left[2] == "1 events not destroyed");
    REQUIRE_CUDA(cudaEventDestroy(event));
    REQUIRE_CUDA(cudaStreamDestroy(stream));
    REQUIRE_CUDA(cudaFree(p));
}

BOOST_AUTO_TEST_CASE(devices_are_apart) {
    set_devices(2, std::size_t{1} << 30);
    float* first = nullptr;
    REQUIRE_CUDA(cudaMalloc(&first, 4));
    REQUIRE_CUDA(cudaSetDevice(1));
    const Stream second;
    BOOST_TEST(cudaMemsetAsync(first, 0, 4, second) == cudaErrorInvalidValue);
    expect_fault("memory of device 0 is used on device 1");
    BOOST_TEST(cudaSetDevice(2) == cudaErrorInvalidDevice);
    REQUIRE_CUDA(cudaSetDevice(0));
    REQUIRE_CUDA(cudaFree(first));
    set_devices(1, std::size_t{16} << 30);
    forget_faults();
}

BOOST_AUTO_TEST_CASE(a_machine_without_devices) {
    set_devices(0, 0);
    int count = -1;
    BOOST_TEST(cudaGetDeviceCount(&count) == cudaErrorNoDevice);
    BOOST_TEST(count == 0);
    void* p = nullptr;
    BOOST_TEST(cudaMalloc(&p, 1) == cudaErrorNoDevice);
    BOOST_TEST(std::string(cudaGetErrorString(cudaErrorNoDevice)) == "no CUDA-capable device is detected");
    set_devices(1, std::size_t{16} << 30);
    forget_faults();
}

BOOST_AUTO_TEST_SUITE_END()
