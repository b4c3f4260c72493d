// SPDX-License-Identifier: Apache-2.0
#include "ranks/program_ranks.hpp"

#include <stylegan/device/cpu.hpp>
#include <stylegan/device/mpi.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <thread>

namespace stylegan::examples {
namespace {

/// The processes of this program; set by the only ProgramRanks.
struct Joined {
    std::shared_ptr<Communicator> all = std::make_shared<SingleProcess>();
#ifdef STYLEGAN_MPI
    std::shared_ptr<Mpi> mpi;
#endif
};

Joined& joined() {
    static Joined ranks;
    return ranks;
}

/// What a launcher of MPI says in the environment of the processes that it starts: Open MPI's mpirun; MPICH's mpirun
/// and `srun --mpi=pmi2`; `srun --mpi=pmix`.
const char* launcher() {
    for (const char* const name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMI_RANK", "PMIX_RANK"})
        if (std::getenv(name) != nullptr) return name;
    return nullptr;
}

/// Processes that srun says it started for this step; 1 without it.
int tasks_of_srun() {
    const char* const tasks = std::getenv("SLURM_STEP_NUM_TASKS");
    return tasks != nullptr && std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr ? std::atoi(tasks) : 1;
}

/// What other ranks print is that of rank 0 once more.
[[maybe_unused]] void silence_output() {
    const int nothing = ::open("/dev/null", O_WRONLY);
    if (nothing < 0) return;
    (void)::dup2(nothing, STDOUT_FILENO);
    (void)::close(nothing);
}

}  // namespace

ProgramRanks::ProgramRanks() {
    if (launcher() != nullptr) {
#ifdef STYLEGAN_MPI
        joined().mpi = std::make_shared<Mpi>();
        joined().all = joined().mpi;
        if (joined().all->rank() != 0) silence_output();
#else
        const char* const size = std::getenv("OMPI_COMM_WORLD_SIZE");
        if (size == nullptr || std::atoi(size) > 1)
            throw DeviceError(text("a launcher of MPI started this program, as ", launcher(),
                                   " says, and it was compiled without MPI (cmake -DSTYLEGAN_MPI=ON)"));
#endif
    }
    if (const int tasks = tasks_of_srun(); tasks > joined().all->size())
        throw DeviceError(text("srun started ", tasks, " processes, and MPI sees ", joined().all->size(),
                               ", expected srun --mpi=pmix, or another of those that `srun --mpi=list` names"));
}

ProgramRanks::~ProgramRanks() { joined() = Joined(); }

std::shared_ptr<Communicator> ProgramRanks::all() { return joined().all; }

std::string ProgramRanks::library() {
#ifdef STYLEGAN_MPI
    std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> words{};
    int length = 0;
    if (MPI_Get_library_version(words.data(), &length) != MPI_SUCCESS) return "compiled in";
    const std::string all(words.data());
    return all.substr(0, all.find_first_of(",\n"));
#else
    return "not compiled in";
#endif
}

bool ProgramRanks::launched() { return launcher() != nullptr; }

int ProgramRanks::threads(int asked) {
#ifdef STYLEGAN_MPI
    if (asked == 0 && joined().mpi && joined().mpi->local_size() > 1) {
        const int usable = cpu_threads("Cpu", 0);  // of the cores that the launcher bound this rank to, or of all
        const auto all = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
        return usable < all ? usable : std::max(1, all / joined().mpi->local_size());
    }
#endif
    return asked;
}

int ProgramRanks::number_on_this_machine() {
#ifdef STYLEGAN_MPI
    if (joined().mpi) return joined().mpi->local_rank();
#endif
    return 0;
}

void ProgramRanks::end_all([[maybe_unused]] int status) {
#ifdef STYLEGAN_MPI
    if (joined().mpi && joined().mpi->size() > 1) joined().mpi->abort(status);
#endif
}

void require_one_rank(const std::string& command) {
    if (const int size = ProgramRanks::all()->size(); size > 1)
        throw ValueError(
            text(command, ": found ", size,
                 " processes (ranks), expected one; train, generate, calc-metrics and fid share their work"));
}

}  // namespace stylegan::examples
