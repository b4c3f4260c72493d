// SPDX-License-Identifier: Apache-2.0
// Any bytes are a PyTorch file whose tensors can be read, or are refused by FormatError.
#include "memory_file.hpp"
#include "mended_zip.hpp"

#include <stylegan/io/pickle/torch_file.hpp>

namespace {

void read_tensors(std::span<const std::uint8_t> bytes) {
    const fuzz::MemoryFile file(bytes);
    try {
        const stylegan::NamedTensors tensors = stylegan::read_torch(file.path());
        for (const std::string& name : tensors.names()) (void)tensors.read_float(name);
    } catch (const stylegan::FormatError&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    read_tensors({data, size});
    if (fuzz::begins_zip({data, size})) read_tensors(fuzz::mended_zip({data, size}));
    return 0;
}
