// SPDX-License-Identifier: Apache-2.0
// Any bytes are a safetensors file whose tensors can be read, or are refused by FormatError.
#include "memory_file.hpp"
#include "mended_safetensors.hpp"

#include <stylegan/io/tensors/safetensors.hpp>

namespace {

void read_all_tensors(std::span<const std::uint8_t> bytes) {
    const fuzz::MemoryFile file(bytes);
    try {
        const stylegan::SafetensorsFile tensors(file.path());
        for (const std::string& name : tensors.names()) (void)tensors.read_float(name);
    } catch (const stylegan::FormatError&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    read_all_tensors({data, size});
    if (const auto mended = fuzz::mended_safetensors({data, size})) read_all_tensors(*mended);
    return 0;
}
