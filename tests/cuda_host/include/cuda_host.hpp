// SPDX-License-Identifier: Apache-2.0
// What tests ask of the stand-in beyond CUDA: what went wrong, what is left, and to do something wrong on purpose.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace cuda_host {

/// What CUDA may let pass in silence or answer with nonsense, in one line each. Each is printed to stderr as it happens.
[[nodiscard]] const std::vector<std::string>& faults();

/// Memory, streams, events, graphs, handles and descriptors that are alive.
[[nodiscard]] std::vector<std::string> left_over();

/// Forgets faults and the error that stays after an illegal access.
void forget_faults();

/// The machine that is played; before the first allocation. By default one device of 16 GiB.
void set_devices(int count, std::size_t bytes_each);

/// The CUDA version that the driver of the machine knows, such as 12040; 0: it has no driver. By default new enough.
void set_driver(int version);

/// What was done since the program began.
struct Counts {
    long long launches = 0, copies = 0, synchronizations = 0, convolutions = 0, products = 0;
    long long searches = 0;                 ///< for algorithms of a convolution
    long long graphs = 0;                   ///< launches of graphs; what they hold is counted when it is captured
    long long nondeterministic = 0;         ///< convolutions by an algorithm whose sums have no fixed order
    long long reduced_precision = 0;        ///< convolutions and products that were allowed to round their factors
    std::size_t bytes = 0, most_bytes = 0;  ///< of device memory: now, and the most at one time
    long long allocations = 0;
};
[[nodiscard]] const Counts& counts();

/// What cuDNN does with convolutions of halves or bfloat16 where a number of channels is odd: which ones it takes is not known.
enum class OddHalves {
    computed,    ///< as others
    not_listed,  ///< it has no algorithm
    refused,     ///< it has some, but none of them works
};
void set_odd_halves(OddHalves manner);

/// A defect that a program under test could have; the next calls behave as if it had.
enum class Mutation {
    none,
    padding,          ///< every padding of a convolution is one less
    turned_kernel,    ///< convolutions turn their kernel
    synchronization,  ///< no synchronization of a stream or event has an effect
    use_after_free,   ///< the second-to-last block of device memory is freed when a kernel is launched
    workspace,        ///< convolutions are told of half of their workspace
    direction,        ///< copies to the host claim to go to the device
};
void mutate(Mutation mutation);

/// "padding" -> Mutation::padding. @throws std::invalid_argument if there is none of that name
[[nodiscard]] Mutation mutation_of(const std::string& name);

}  // namespace cuda_host
