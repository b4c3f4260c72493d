// SPDX-License-Identifier: Apache-2.0
// Any bytes are a zip archive of pictures and labels that can be read, or are refused by FormatError.
#include "memory_file.hpp"
#include "mended_zip.hpp"

#include <stylegan/io/datasets/dataset.hpp>

namespace {

void read_dataset(std::span<const std::uint8_t> bytes) {
    const fuzz::MemoryFile file(bytes);
    try {
        const stylegan::Dataset dataset(file.path(), {.max_pixels = 1 << 20});
        for (std::size_t i = 0; i < dataset.size(); ++i) {
            (void)dataset.label(i);
            try {
                (void)dataset.picture(i);
            } catch (const stylegan::FormatError&) {
            }
        }
    } catch (const stylegan::FormatError&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    read_dataset({data, size});
    read_dataset(fuzz::mended_zip({data, size}));
    return 0;
}
