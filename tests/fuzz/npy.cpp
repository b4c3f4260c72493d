// SPDX-License-Identifier: Apache-2.0
// Any bytes are a .npy file whose numbers can be read, or are refused by FormatError.
#include "memory_file.hpp"

#include <stylegan/io/tensors/npy.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::MemoryFile file({data, size});
    try {
        (void)stylegan::read_npy(file.path());
    } catch (const stylegan::FormatError&) {
    }
    return 0;
}
