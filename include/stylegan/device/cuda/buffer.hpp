// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda/launch.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace stylegan {

/// Values in the memory of the current CUDA device of this thread: a std::vector as far as parameters and tensors need
/// one. The values are accessed through Context<Cuda>: upload(), download(), kernels.
///
/// A buffer knows no context. It is filled and copied on the legacy default stream, which CUDA orders after all earlier
/// and before all later work of the contexts.
template <class T>
class DeviceBuffer {
    static_assert(std::is_trivially_copyable_v<T>, "stylegan::DeviceBuffer: values are copied byte by byte");

public:
    using value_type = T;

    DeviceBuffer() = default;
    /// `count` values, uninitialised. @throws DeviceError
    explicit DeviceBuffer(std::size_t count) : size_(count) {
        if (count > 0) values_.reset(static_cast<T*>(gpu::allocate(count * sizeof(T))));
    }

    DeviceBuffer(const DeviceBuffer& other) : DeviceBuffer(other.size_) { copy(other); }
    DeviceBuffer(DeviceBuffer&& other) noexcept
        : size_(std::exchange(other.size_, 0)), values_(std::move(other.values_)) {}
    DeviceBuffer& operator=(const DeviceBuffer& other) {
        if (this == &other) return *this;
        if (size_ != other.size_) *this = DeviceBuffer(other.size_);
        copy(other);
        return *this;
    }
    DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
        size_ = std::exchange(other.size_, 0);
        values_ = std::move(other.values_);
        return *this;
    }
    ~DeviceBuffer() = default;

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] T* data() { return values_.get(); }
    [[nodiscard]] const T* data() const { return values_.get(); }

    /// `count` copies of `value`; memory of the same size is reused.
    void assign(std::size_t count, const T& value) {
        if (size_ != count) *this = DeviceBuffer(count);
        if (count == 0) return;
        const T zero{};
        if (std::memcmp(&value, &zero, sizeof(T)) == 0)
            return gpu::check(cudaMemsetAsync(data(), 0, count * sizeof(T), cudaStreamLegacy), "cudaMemsetAsync");
        gpu::launch(cudaStreamLegacy, static_cast<Index>(count), gpu::Fill<T>{data(), value});
    }

private:
    struct Free {
        void operator()(T* p) const noexcept {
            (void)cudaStreamSynchronize(cudaStreamLegacy);  // kernels may still be at work on it
            (void)cudaFree(p);
        }
    };

    void copy(const DeviceBuffer& other) {
        if (size_ > 0)
            gpu::check(
                cudaMemcpyAsync(data(), other.data(), size_ * sizeof(T), cudaMemcpyDeviceToDevice, cudaStreamLegacy),
                "cudaMemcpyAsync");
    }

    std::size_t size_ = 0;
    std::unique_ptr<T, Free> values_;
};

/// to = values, from host memory, of the same number. @throws DeviceError
template <class T>
void upload(std::type_identity_t<std::span<const T>> values, DeviceBuffer<T>& to) {
    if (values.empty()) return;
    gpu::check(cudaMemcpyAsync(to.data(), values.data(), values.size_bytes(), cudaMemcpyHostToDevice, cudaStreamLegacy),
               "cudaMemcpyAsync");
    gpu::check(cudaStreamSynchronize(cudaStreamLegacy), "cudaStreamSynchronize");
}

/// The values of a buffer, in host memory. @throws DeviceError
template <class T>
[[nodiscard]] std::vector<T> download(const DeviceBuffer<T>& from) {
    std::vector<T> values(from.size());
    if (values.empty()) return values;
    gpu::check(
        cudaMemcpyAsync(values.data(), from.data(), from.size() * sizeof(T), cudaMemcpyDeviceToHost, cudaStreamLegacy),
        "cudaMemcpyAsync");
    gpu::check(cudaStreamSynchronize(cudaStreamLegacy), "cudaStreamSynchronize");
    return values;
}

}  // namespace stylegan
#endif
