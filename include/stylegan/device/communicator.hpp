// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace stylegan {

/// Processes, called ranks and numbered from 0, that work on one thing together. All ranks call the same functions in
/// the same order. One thread at a time may call them.
///
/// The calls are few and large, so this is a class with virtual functions: a trainer is compiled once for all of them.
/// @see SingleProcess, Mpi, Nccl
class Communicator {
public:
    Communicator(const Communicator&) = delete;
    Communicator& operator=(const Communicator&) = delete;
    virtual ~Communicator() = default;

    [[nodiscard]] int rank() const { return rank_; }  ///< of this process, in [0, size())
    [[nodiscard]] int size() const { return size_; }  ///< number of processes
    /// "rank 1 on node7", for messages
    [[nodiscard]] std::string name() const { return text("rank ", rank_, " on ", host_name()); }

    /// Sends bytes to another rank, and receives those that it sends, which may be of another number.
    /// @throws DeviceError with this rank and its host
    void exchange(std::span<const std::byte> sent, std::span<std::byte> received, int peer) {
        const Waiting waiting(waited_);
        do_exchange(sent, received, peer);
    }

    /// The same in memory of the device that a Nccl was made for, after all work of its context so far.
    /// @return false: this communicator cannot, and did nothing
    /// @throws DeviceError
    bool exchange_on_device(std::span<const std::byte> sent, std::span<std::byte> received, int peer) {
        const Waiting waiting(waited_);
        return do_exchange_on_device(sent, received, peer);
    }

    /// Overwrites the bytes of all ranks with those of rank 0.
    /// @throws DeviceError
    void broadcast(std::span<std::byte> bytes) {
        const Waiting waiting(waited_);
        do_broadcast(bytes);
    }

    /// Joins blocks of one size, one from each rank, in the order of ranks.
    /// @param all  size() times as long as `mine`
    /// @throws DeviceError
    void all_gather(std::span<const std::byte> mine, std::span<std::byte> all) {
        const Waiting waiting(waited_);
        do_all_gather(mine, all);
    }

    /// Seconds spent in the calls above, as good as all of it waiting for other ranks.
    [[nodiscard]] double waited() const { return waited_; }
    /// Seconds of these in which another thread computed, so that nothing waited.
    void overlapped(double seconds) { waited_ -= seconds; }

    /// The name of this machine.
    [[nodiscard]] static std::string host_name() {
        std::array<char, 256> name{};
        if (::gethostname(name.data(), name.size() - 1) != 0) return "an unnamed host";
        return name.data();
    }

protected:
    Communicator(int rank, int size) : rank_(rank), size_(size) {}

private:
    virtual void do_exchange(std::span<const std::byte> sent, std::span<std::byte> received, int peer) = 0;
    virtual bool do_exchange_on_device(std::span<const std::byte>, std::span<std::byte>, int) { return false; }
    virtual void do_broadcast(std::span<std::byte> bytes) = 0;
    virtual void do_all_gather(std::span<const std::byte> mine, std::span<std::byte> all) = 0;

    class Waiting {
    public:
        explicit Waiting(double& sum) : sum_(sum) {}
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;
        ~Waiting() { sum_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

    private:
        double& sum_;
        std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    };

    int rank_, size_;
    double waited_ = 0;
};

/// One process: nothing to exchange.
class SingleProcess final : public Communicator {
public:
    SingleProcess() : Communicator(0, 1) {}

private:
    void do_exchange(std::span<const std::byte>, std::span<std::byte>, int peer) override {
        throw DeviceError(text("SingleProcess: exchange with rank ", peer, ", expected no other rank"));
    }
    void do_broadcast(std::span<std::byte>) override {}
    void do_all_gather(std::span<const std::byte> mine, std::span<std::byte> all) override {
        std::copy(mine.begin(), mine.end(), all.begin());
    }
};

/// Joins vectors of one length, one from each rank, in the order of ranks.
/// @throws DeviceError
template <class T>
requires std::is_trivially_copyable_v<T>
[[nodiscard]] std::vector<T> all_gather(Communicator& ranks, std::span<const T> mine) {
    std::vector<T> all(mine.size() * static_cast<std::size_t>(ranks.size()));
    ranks.all_gather(std::as_bytes(mine), std::as_writable_bytes(std::span(all)));
    return all;
}

/// The text of each rank, in the order of ranks; their lengths may differ.
/// @throws DeviceError
[[nodiscard]] inline std::vector<std::string> all_gather_text(Communicator& ranks, const std::string& mine) {
    const std::uint64_t length = mine.size();
    const auto lengths = all_gather(ranks, std::span(&length, 1));
    std::string padded = mine;
    padded.resize(*std::max_element(lengths.begin(), lengths.end()));
    const auto joined = all_gather(ranks, std::span<const char>(padded));
    std::vector<std::string> texts;
    for (std::size_t r = 0; r < lengths.size(); ++r) texts.emplace_back(joined.data() + r * padded.size(), lengths[r]);
    return texts;
}

/// Gives all ranks the text of rank 0.
/// @throws DeviceError
[[nodiscard]] inline std::string broadcast_text(Communicator& ranks, std::string text) {
    std::uint64_t length = text.size();
    ranks.broadcast(std::as_writable_bytes(std::span(&length, 1)));
    text.resize(length);
    ranks.broadcast(std::as_writable_bytes(std::span(text)));
    return text;
}

}  // namespace stylegan
