// SPDX-License-Identifier: Apache-2.0
// Any bytes are a file of networks of a known format, or are refused by FormatError.
#include "memory_file.hpp"
#include "mended_safetensors.hpp"
#include "mended_zip.hpp"

#include <stylegan/io/networks/checkpoint.hpp>

namespace {

void open_checkpoint(std::span<const std::uint8_t> bytes) {
    const fuzz::MemoryFile file(bytes);
    try {
        const stylegan::Checkpoint checkpoint(file.path());
        (void)checkpoint.assumed();
        (void)checkpoint.level_note();
    } catch (const stylegan::FormatError&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes(data, size);
    open_checkpoint(bytes);
    if (fuzz::begins_zip(bytes)) {
        open_checkpoint(fuzz::mended_zip(bytes));
    } else if (const auto mended = fuzz::mended_safetensors(bytes)) {
        open_checkpoint(*mended);
    }
    return 0;
}
