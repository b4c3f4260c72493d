// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/communicator.hpp>

#include <algorithm>
#include <barrier>
#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <thread>
#include <vector>

namespace thread_ranks {

/// Threads of one process as ranks, for tests that need no launcher.
class Room {
public:
    explicit Room(int size) : out(static_cast<std::size_t>(size)), meeting(size) {}

    std::vector<std::span<const std::byte>> out;  // what each rank has sent
    std::barrier<> meeting;
    std::size_t exchanged = 0;  // bytes that rank 0 has sent to another
};

class ThreadRank final : public stylegan::Communicator {
public:
    ThreadRank(Room& room, int rank) : Communicator(rank, static_cast<int>(room.out.size())), room_(room) {}

private:
    template <class F>
    void meet(std::span<const std::byte> sent, const F& read) {
        room_.out[static_cast<std::size_t>(rank())] = sent;
        room_.meeting.arrive_and_wait();
        read();
        room_.meeting.arrive_and_wait();
    }
    void do_exchange(std::span<const std::byte> sent, std::span<std::byte> received, int peer) override {
        if (rank() == 0) room_.exchanged += sent.size();
        meet(sent, [&] {
            const auto theirs = room_.out[static_cast<std::size_t>(peer)];
            if (theirs.size() != received.size()) throw stylegan::DeviceError("ThreadRank: sizes differ");
            std::copy(theirs.begin(), theirs.end(), received.begin());
        });
    }
    void do_broadcast(std::span<std::byte> bytes) override {
        meet(bytes, [&] {
            if (rank() != 0) std::copy(room_.out[0].begin(), room_.out[0].end(), bytes.begin());
        });
    }
    void do_all_gather(std::span<const std::byte> mine, std::span<std::byte> all) override {
        meet(mine, [&] {
            auto to = all.begin();
            for (const auto& block : room_.out) to = std::copy(block.begin(), block.end(), to);
        });
    }

    Room& room_;
};

/// Calls f(communicator) on each of `size` ranks. @return bytes that rank 0 has sent to others
template <class F>
std::size_t on_ranks(int size, const F& f) {
    Room room(size);
    std::vector<std::exception_ptr> errors(static_cast<std::size_t>(size));
    {
        std::vector<std::jthread> threads;
        for (int r = 0; r < size; ++r)
            threads.emplace_back([&, r] {
                try {
                    f(std::make_shared<ThreadRank>(room, r));
                } catch (...) {
                    errors[static_cast<std::size_t>(r)] = std::current_exception();
                }
            });
    }
    for (const auto& error : errors)
        if (error) std::rethrow_exception(error);
    return room.exchanged;
}

}  // namespace thread_ranks
