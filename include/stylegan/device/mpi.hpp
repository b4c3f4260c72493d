// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ranks that MPI started, for programs that are compiled with the feature switch STYLEGAN_MPI (the CMake target
/// stylegan::mpi sets it). Without it this file is empty, and the library has no trace of MPI.
#ifdef STYLEGAN_MPI
#include <stylegan/device/communicator.hpp>

#include <mpi.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>

namespace stylegan {

/// The processes of MPI, as `mpirun` or `srun` starts them. A program that is started without them is a single process.
class Mpi final : public Communicator {
public:
    /// All processes. Starts MPI unless the program has, and then ends it with this object.
    /// @throws DeviceError
    Mpi() : Mpi(begun(), MPI_COMM_WORLD) {}
    /// The processes of the caller's communicator, who starts and ends MPI, with threads at least
    /// MPI_THREAD_SERIALIZED.
    /// @throws DeviceError
    explicit Mpi(MPI_Comm all) : Mpi(false, all) {}

    /// While an exception leaves the scope, MPI is not ended, which would wait for the other ranks: the launcher ends
    /// them when this process ends.
    ~Mpi() override {
        if (std::uncaught_exceptions() > exceptions_) return;
        (void)MPI_Comm_free(&all_);
        if (owns_) (void)MPI_Finalize();
    }

    /// Ranks on this machine, this one among them, and its number among them: for dividing cores and GPUs.
    [[nodiscard]] int local_size() const { return local_size_; }
    [[nodiscard]] int local_rank() const { return local_rank_; }  ///< in [0, local_size())

    /// Ends all ranks now.
    /// @param status  what the program's launcher returns
    [[noreturn]] void abort(int status) const {
        (void)MPI_Abort(all_, status);
        std::abort();
    }

private:
    struct Place {
        int rank = 0, size = 1;
    };

    Mpi(bool owns, MPI_Comm all) : Mpi(owns, all, place_in(all)) {}
    Mpi(bool owns, MPI_Comm all, Place p) : Communicator(p.rank, p.size), owns_(owns) {
        check(MPI_Comm_dup(all, &all_), "MPI_Comm_dup");
        check(MPI_Comm_set_errhandler(all_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
        MPI_Comm here = MPI_COMM_NULL;
        check(MPI_Comm_split_type(all_, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here), "MPI_Comm_split_type");
        const Place local = place_in(here);
        local_rank_ = local.rank;
        local_size_ = local.size;
        (void)MPI_Comm_free(&here);
    }

    /// @return whether MPI was started here
    static bool begun() {
        int initialized = 0, finalized = 0, threads = 0;
        (void)MPI_Finalized(&finalized);
        if (finalized != 0) throw DeviceError("MPI: has ended in this process, expected one that can be used");
        (void)MPI_Initialized(&initialized);
        if (initialized != 0) return false;
        if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &threads) != MPI_SUCCESS)
            throw DeviceError("MPI: MPI_Init_thread failed");
        if (threads < MPI_THREAD_SERIALIZED)
            throw DeviceError("MPI: calls from several threads are not supported, expected MPI_THREAD_SERIALIZED");
        return true;
    }

    [[nodiscard]] static Place place_in(MPI_Comm all) {
        Place p;
        (void)MPI_Comm_rank(all, &p.rank);
        (void)MPI_Comm_size(all, &p.size);
        return p;
    }

    void check(int status, const char* call) const {
        if (status == MPI_SUCCESS) return;
        std::array<char, MPI_MAX_ERROR_STRING> words{};
        int length = 0;
        (void)MPI_Error_string(status, words.data(), &length);
        throw DeviceError(
            text("MPI, ", name(), ": ", call, ": ", std::string(words.data(), static_cast<std::size_t>(length))));
    }

    /// Calls f(offset, count) for parts whose size fits into an int.
    template <class F>
    static void in_parts(std::size_t bytes, const F& f) {
        constexpr std::size_t most = std::size_t{1} << 30;
        for (std::size_t at = 0; at < bytes; at += most) f(at, static_cast<int>(std::min(most, bytes - at)));
    }

    void do_exchange(std::span<const std::byte> sent, std::span<std::byte> received, int peer) override {
        const std::size_t both = std::max(sent.size(), received.size());
        in_parts(both, [&](std::size_t at, int) {
            const auto part = [at](std::size_t size) {
                return static_cast<int>(std::min(std::size_t{1} << 30, size - std::min(size, at)));
            };
            check(MPI_Sendrecv(sent.data() + std::min(at, sent.size()), part(sent.size()), MPI_BYTE, peer, 0,
                               received.data() + std::min(at, received.size()), part(received.size()), MPI_BYTE, peer,
                               0, all_, MPI_STATUS_IGNORE),
                  "MPI_Sendrecv");
        });
    }

    void do_broadcast(std::span<std::byte> bytes) override {
        in_parts(bytes.size(), [&](std::size_t at, int count) {
            check(MPI_Bcast(bytes.data() + at, count, MPI_BYTE, 0, all_), "MPI_Bcast");
        });
    }

    void do_all_gather(std::span<const std::byte> mine, std::span<std::byte> all) override {
        if (mine.size() > std::size_t{1} << 30)
            throw DeviceError(text("MPI, ", name(), ": a block of ", mine.size(), " bytes, expected at most 2^30"));
        const int count = static_cast<int>(mine.size());
        check(MPI_Allgather(mine.data(), count, MPI_BYTE, all.data(), count, MPI_BYTE, all_), "MPI_Allgather");
    }

    MPI_Comm all_ = MPI_COMM_NULL;
    bool owns_;
    int local_rank_ = 0, local_size_ = 1;
    int exceptions_ = std::uncaught_exceptions();
};

}  // namespace stylegan
#endif
