// SPDX-License-Identifier: Apache-2.0
// Any bytes are a file of networks of a known format, or are refused by FormatError.
#include "memory_file.hpp"

#include <stylegan/io/networks/checkpoint.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::MemoryFile file(data, size);
    try {
        const stylegan::Checkpoint checkpoint(file.path());
        (void)checkpoint.assumed();
    } catch (const stylegan::FormatError&) {
    }
    return 0;
}
