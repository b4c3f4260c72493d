// SPDX-License-Identifier: Apache-2.0
// Any bytes are a PyTorch file whose tensors can be read, or are refused by FormatError.
#include "memory_file.hpp"

#include <stylegan/io/pickle/torch_file.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::MemoryFile file(data, size);
    try {
        const stylegan::NamedTensors tensors = stylegan::read_torch(file.path());
        for (const std::string& name : tensors.names()) (void)tensors.read_float(name);
    } catch (const stylegan::FormatError&) {
    }
    return 0;
}
