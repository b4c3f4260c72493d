// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/device/communicator.hpp>

#include <memory>
#include <string>

namespace stylegan::examples {

/// The processes (ranks) that `mpirun` or `srun` started as this program; without them, the one process. main() has the
/// only object.
class ProgramRanks {
public:
    /// Starts MPI if a launcher started this process. Ranks other than 0 print nothing from then on, except for errors.
    /// @throws DeviceError if a launcher did, and this program cannot join the other processes
    ProgramRanks();
    ProgramRanks(const ProgramRanks&) = delete;
    ProgramRanks& operator=(const ProgramRanks&) = delete;
    ~ProgramRanks();

    /// All of them; never null.
    [[nodiscard]] static std::shared_ptr<Communicator> all();

    /// "Open MPI v4.1.4", or "not compiled in".
    [[nodiscard]] static std::string library();
    /// Whether a launcher started this program. It may give it a terminal that nobody sees.
    [[nodiscard]] static bool launched();

    /// The number of CPU threads for this rank: those asked for, or its share of the cores that it may use.
    [[nodiscard]] static int threads(int asked);
    /// The number of this rank among those of its machine, for choosing a GPU.
    [[nodiscard]] static int number_on_this_machine();

    /// Ends all ranks, if there are several, so that none waits for one that has failed.
    static void end_all(int status);
};

/// What all ranks throw together. Rank 0 says it.
class SharedError : public Error {
public:
    using Error::Error;
};

/// Refuses several ranks. @param command  that works in one process
/// @throws ValueError
void require_one_rank(const std::string& command);

}  // namespace stylegan::examples
