// SPDX-License-Identifier: Apache-2.0
// Any bytes are a .npz file whose array w can be read, or are refused by FormatError.
#include "memory_file.hpp"
#include "mended_zip.hpp"

#include <stylegan/io/tensors/npz.hpp>

namespace {

void read_array(std::span<const std::uint8_t> bytes) {
    const fuzz::MemoryFile file(bytes);
    try {
        (void)stylegan::read_npz(file.path(), "w", stylegan::OtherArray::the_only_one);
    } catch (const stylegan::FormatError&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    read_array({data, size});
    read_array(fuzz::mended_zip({data, size}));
    return 0;
}
