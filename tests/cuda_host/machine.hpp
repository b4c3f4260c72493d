// SPDX-License-Identifier: Apache-2.0
// What the parts of the stand-in share.
#pragma once

#include "include/cuda_host.hpp"
#include "include/cuda_runtime.h"
#include "memory.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace cuda_host {

/// Everything is done by one thread at a time.
using Lock = std::lock_guard<std::recursive_mutex>;
std::recursive_mutex& mutex();

/// Notes a fault and prints it.
void report(const std::string& fault);

/// Counts that the parts add to.
Counts& tally();

[[nodiscard]] Mutation mutation();
[[nodiscard]] OddHalves odd_halves();

/// Notes an error for cudaGetLastError(). @return the error
cudaError_t failed(cudaError_t error);

/// From now on every call answers with this, as after an illegal access.
void set_sticky(cudaError_t error);
[[nodiscard]] cudaError_t sticky();

[[nodiscard]] int device_count();
[[nodiscard]] std::size_t device_bytes();

/// The device that this thread chose.
[[nodiscard]] int current_device();

/// Hands work to a stream: it is done when somebody waits for it.
/// @return cudaErrorInvalidResourceHandle if there is no such stream (which is a fault)
cudaError_t enqueue(cudaStream_t stream, std::string what, std::function<void()> work);

/// Whether a stream captures, which this call then spoils, as CUDA says of calls that take effect at once; a fault.
/// @param by_all  also captures by other threads, which said that they concern them alone
[[nodiscard]] bool spoils_capture(const char* where, bool by_all = false);

/// Whether this stream captures.
[[nodiscard]] bool captures(cudaStream_t stream);

/// The device of a stream; -1 if it does not live
[[nodiscard]] int device_of(cudaStream_t stream);

/// Does all work of all streams.
void do_all();

/// Streams, events and graphs that live, in one line each.
void list_streams(std::vector<std::string>& lines);
/// Handles and descriptors.
void list_cudnn_objects(std::vector<std::string>& lines);
void list_cublas_objects(std::vector<std::string>& lines);

/// Whether [p, p + bytes) is memory that this stream's device can work on; a fault that begins with `what` otherwise.
[[nodiscard]] bool reachable(const std::string& what, const void* p, std::size_t bytes, cudaStream_t stream);

}  // namespace cuda_host
