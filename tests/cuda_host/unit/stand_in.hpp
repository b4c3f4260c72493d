// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime.h>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <vector>

/// Every call of these tests but the one under test succeeds.
#define REQUIRE_CUDA(call) BOOST_TEST_REQUIRE(static_cast<int>(call) == 0)

namespace cuda_host {

/// Values on the device.
class Values {
public:
    explicit Values(std::size_t count) : count_(count) { REQUIRE_CUDA(cudaMalloc(&data_, count * sizeof(float))); }
    Values(const std::vector<float>& from, cudaStream_t stream) : Values(from.size()) {
        REQUIRE_CUDA(cudaMemcpyAsync(data_, from.data(), bytes(), cudaMemcpyHostToDevice, stream));
        REQUIRE_CUDA(cudaStreamSynchronize(stream));
    }
    ~Values() { cudaFree(data_); }
    Values(const Values&) = delete;
    Values& operator=(const Values&) = delete;

    [[nodiscard]] float* data() const { return data_; }
    [[nodiscard]] std::size_t bytes() const { return count_ * sizeof(float); }

    [[nodiscard]] std::vector<float> read(cudaStream_t stream) const {
        std::vector<float> to(count_);
        REQUIRE_CUDA(cudaMemcpyAsync(to.data(), data_, bytes(), cudaMemcpyDeviceToHost, stream));
        REQUIRE_CUDA(cudaStreamSynchronize(stream));
        return to;
    }

private:
    std::size_t count_;
    float* data_ = nullptr;
};

struct Stream {
    explicit Stream(unsigned flags = cudaStreamNonBlocking) { REQUIRE_CUDA(cudaStreamCreateWithFlags(&handle, flags)); }
    ~Stream() { cudaStreamDestroy(handle); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    operator cudaStream_t() const { return handle; }  // NOLINT: by design
    void wait() const { REQUIRE_CUDA(cudaStreamSynchronize(handle)); }

    cudaStream_t handle = nullptr;
};

}  // namespace cuda_host
