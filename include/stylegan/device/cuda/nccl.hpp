// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(STYLEGAN_CUDA) && defined(STYLEGAN_NCCL)
#include <stylegan/device/communicator.hpp>
#include <stylegan/device/cuda.hpp>

#include <nccl.h>

#include <memory>
#include <utility>

namespace stylegan {

/// Ranks with one GPU each, which exchange memory of the GPUs by NCCL and everything else by another communicator: over
/// NVLink, PCIe or the network, whatever NCCL finds. For programs that are compiled with the feature switch
/// STYLEGAN_NCCL (the CMake target stylegan::nccl sets it).
class Nccl final : public Communicator {
public:
    /// @param host     exchanges what is in the memory of the host, and brings the ranks together
    /// @param context  of this rank's GPU
    /// @throws DeviceError, also if two ranks have the same GPU, which NCCL refuses
    Nccl(std::shared_ptr<Communicator> host, std::shared_ptr<Context<Cuda>> context)
        : Communicator(host->rank(), host->size()), host_(std::move(host)), context_(std::move(context)) {
        ncclUniqueId id{};
        if (rank() == 0) check(ncclGetUniqueId(&id), "ncclGetUniqueId");
        host_->broadcast(std::as_writable_bytes(std::span(&id, 1)));
        context_->enter();
        stream_ = gpu::make_stream(cudaStreamNonBlocking);
        check(ncclCommInitRank(&ranks_, size(), id, rank()), "ncclCommInitRank");
    }
    ~Nccl() override { (void)ncclCommDestroy(ranks_); }

private:
    void check(ncclResult_t status, const char* call) const {
        if (status == ncclSuccess) return;
        throw DeviceError(text("NCCL, ", name(), ": ", call, ": ", ncclGetErrorString(status)));
    }

    void do_exchange(std::span<const std::byte> sent, std::span<std::byte> received, int peer) override {
        host_->exchange(sent, received, peer);
    }
    void do_broadcast(std::span<std::byte> bytes) override { host_->broadcast(bytes); }
    void do_all_gather(std::span<const std::byte> mine, std::span<std::byte> all) override {
        host_->all_gather(mine, all);
    }

    bool do_exchange_on_device(std::span<const std::byte> sent, std::span<std::byte> received, int peer) override {
        context_->synchronize();
        check(ncclGroupStart(), "ncclGroupStart");
        check(ncclSend(sent.data(), sent.size(), ncclInt8, peer, ranks_, stream_.get()), "ncclSend");
        check(ncclRecv(received.data(), received.size(), ncclInt8, peer, ranks_, stream_.get()), "ncclRecv");
        check(ncclGroupEnd(), "ncclGroupEnd");
        gpu::check(cudaStreamSynchronize(stream_.get()), "cudaStreamSynchronize");
        return true;
    }

    std::shared_ptr<Communicator> host_;
    std::shared_ptr<Context<Cuda>> context_;
    gpu::Stream stream_;
    ncclComm_t ranks_ = nullptr;
};

}  // namespace stylegan
#endif
