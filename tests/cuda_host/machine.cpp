// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

#include <cstdio>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace cuda_host {
namespace {

std::vector<std::string> noted;
Counts totals;
Mutation chosen = Mutation::none;
OddHalves manner_of_odd_halves = OddHalves::computed;
cudaError_t last = cudaSuccess, stays = cudaSuccess;
int devices = 1, driver = CUDART_VERSION;
std::size_t bytes_each = std::size_t{16} << 30;
constinit thread_local int chosen_device = 0;

}  // namespace

std::recursive_mutex& mutex() {
    static std::recursive_mutex m;
    return m;
}

void report(const std::string& fault) {
    const Lock lock(mutex());
    noted.push_back(fault);
    std::fprintf(stderr, "cuda_host: %s\n", fault.c_str());
}

const std::vector<std::string>& faults() { return noted; }

void forget_faults() {
    const Lock lock(mutex());
    noted.clear();
    last = stays = cudaSuccess;
}

std::vector<std::string> left_over() {
    const Lock lock(mutex());
    std::vector<std::string> lines;
    for (const Block* block : Memory::instance().alive())
        lines.push_back(Memory::instance().describe(block->data) + " was not freed");
    list_streams(lines);
    list_cudnn_objects(lines);
    list_cublas_objects(lines);
    return lines;
}

Counts& tally() { return totals; }

const Counts& counts() {
    const Lock lock(mutex());
    totals.bytes = 0;
    for (int d = 0; d < devices; ++d) totals.bytes += Memory::instance().bytes_on(d);
    return totals;
}

void set_devices(int count, std::size_t bytes) {
    devices = count;
    bytes_each = bytes;
}

void set_odd_halves(OddHalves manner) { manner_of_odd_halves = manner; }
OddHalves odd_halves() { return manner_of_odd_halves; }

void mutate(Mutation m) { chosen = m; }
Mutation mutation() { return chosen; }

Mutation mutation_of(const std::string& name) {
    static const std::map<std::string, Mutation> names{
        {"none", Mutation::none},
        {"padding", Mutation::padding},
        {"turned_kernel", Mutation::turned_kernel},
        {"synchronization", Mutation::synchronization},
        {"use_after_free", Mutation::use_after_free},
        {"workspace", Mutation::workspace},
        {"direction", Mutation::direction},
    };
    const auto at = names.find(name);
    if (at == names.end()) throw std::invalid_argument("no mutation is called " + name);
    return at->second;
}

cudaError_t failed(cudaError_t error) {
    if (error != cudaSuccess) last = error;
    return error;
}

void set_sticky(cudaError_t error) { stays = last = error; }
cudaError_t sticky() { return stays; }

void set_driver(int version) { driver = version; }

int device_count() { return devices; }
std::size_t device_bytes() { return bytes_each; }
int current_device() { return chosen_device; }

bool reachable(const std::string& what, const void* p, std::size_t bytes, cudaStream_t stream) {
    const Block* const block = Memory::instance().find(p, bytes);
    std::ostringstream complaint;
    if (block == nullptr) {
        complaint << what << ": " << bytes << " bytes at ";
        if (Memory::instance().covers(p))
            complaint << Memory::instance().describe(p) << " are not within one allocation";
        else
            complaint << p << " are not memory of a device";
    } else if (block->device != page_locked && block->device != device_of(stream)) {
        complaint << what << ": memory of device " << block->device << " is used on device " << device_of(stream);
    } else {
        return true;
    }
    report(complaint.str());
    return false;
}

}  // namespace cuda_host

using namespace cuda_host;

extern "C" {

cudaError_t cudaGetDeviceCount(int* count) {
    if (driver < CUDART_VERSION) return failed(cudaErrorInsufficientDriver);
    *count = devices;
    return devices > 0 ? cudaSuccess : failed(cudaErrorNoDevice);
}

cudaError_t cudaDriverGetVersion(int* version) {
    *version = driver;
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
    if (devices == 0) return failed(cudaErrorNoDevice);
    if (device < 0 || device >= devices) return failed(cudaErrorInvalidDevice);
    chosen_device = device;
    return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
    if (devices == 0) return failed(cudaErrorNoDevice);
    *device = chosen_device;
    return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
    if (device < 0 || device >= devices) return failed(cudaErrorInvalidDevice);
    switch (attribute) {  // few and small, so that launchers meet their limits
        case cudaDevAttrMultiProcessorCount: *value = 3; break;
        case cudaDevAttrMaxThreadsPerMultiProcessor: *value = 2048; break;
        case cudaDevAttrComputeCapabilityMajor: *value = 9; break;
        case cudaDevAttrComputeCapabilityMinor: *value = 0; break;
        case cudaDevAttrClockRate: *value = 1980000; break;
        case cudaDevAttrMemoryClockRate: *value = 2619000; break;
        case cudaDevAttrGlobalMemoryBusWidth: *value = 5120; break;
        case cudaDevAttrL2CacheSize: *value = 50 << 20; break;
        default: return failed(cudaErrorInvalidValue);
    }
    return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
    const Lock lock(mutex());
    *total = bytes_each;
    *free = bytes_each - Memory::instance().bytes_on(chosen_device);
    return sticky();
}

cudaError_t cudaGetLastError() { return stays != cudaSuccess ? stays : std::exchange(last, cudaSuccess); }
cudaError_t cudaPeekAtLastError() { return last; }

const char* cudaGetErrorName(cudaError_t error) {
    switch (error) {
        case cudaSuccess: return "cudaSuccess";
        case cudaErrorInvalidValue: return "cudaErrorInvalidValue";
        case cudaErrorMemoryAllocation: return "cudaErrorMemoryAllocation";
        case cudaErrorInvalidConfiguration: return "cudaErrorInvalidConfiguration";
        case cudaErrorInvalidMemcpyDirection: return "cudaErrorInvalidMemcpyDirection";
        case cudaErrorInsufficientDriver: return "cudaErrorInsufficientDriver";
        case cudaErrorNoDevice: return "cudaErrorNoDevice";
        case cudaErrorInvalidDevice: return "cudaErrorInvalidDevice";
        case cudaErrorInvalidResourceHandle: return "cudaErrorInvalidResourceHandle";
        case cudaErrorNotReady: return "cudaErrorNotReady";
        case cudaErrorIllegalAddress: return "cudaErrorIllegalAddress";
        case cudaErrorStreamCaptureUnsupported: return "cudaErrorStreamCaptureUnsupported";
        case cudaErrorStreamCaptureInvalidated: return "cudaErrorStreamCaptureInvalidated";
        case cudaErrorStreamCaptureUnmatched: return "cudaErrorStreamCaptureUnmatched";
        case cudaErrorStreamCaptureImplicit: return "cudaErrorStreamCaptureImplicit";
    }
    return "unrecognized error code";
}

const char* cudaGetErrorString(cudaError_t error) {
    switch (error) {
        case cudaSuccess: return "no error";
        case cudaErrorInvalidValue: return "invalid argument";
        case cudaErrorMemoryAllocation: return "out of memory";
        case cudaErrorInvalidConfiguration: return "invalid configuration argument";
        case cudaErrorInvalidMemcpyDirection: return "invalid copy direction for memcpy";
        case cudaErrorInsufficientDriver: return "CUDA driver version is insufficient for CUDA runtime version";
        case cudaErrorNoDevice: return "no CUDA-capable device is detected";
        case cudaErrorInvalidDevice: return "invalid device ordinal";
        case cudaErrorInvalidResourceHandle: return "invalid resource handle";
        case cudaErrorNotReady: return "device not ready";
        case cudaErrorIllegalAddress: return "an illegal memory access was encountered";
        case cudaErrorStreamCaptureUnsupported: return "operation not permitted when stream is capturing";
        case cudaErrorStreamCaptureInvalidated: return "operation failed due to a previous error during capture";
        case cudaErrorStreamCaptureUnmatched: return "capture was not initiated in this stream";
        case cudaErrorStreamCaptureImplicit:
            return "operation would make the legacy stream depend on a capturing blocking stream";
    }
    return "unrecognized error code";
}

}  // extern "C"
