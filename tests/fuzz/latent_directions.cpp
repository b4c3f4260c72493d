// SPDX-License-Identifier: Apache-2.0
// Any bytes are a file of directions that can be read, every one of which has a step or says why not; or are refused by
// FormatError.
#include "memory_file.hpp"
#include "mended_zip.hpp"

#include <stylegan/models/directions/latent_directions.hpp>

#include <cstdlib>

namespace {

void take_steps(std::span<const std::uint8_t> bytes) {
    const fuzz::MemoryFile file(bytes);
    stylegan::LatentDirections d;
    try {
        d = stylegan::read_directions(file.path());
    } catch (const stylegan::FormatError&) {
        return;
    }
    for (stylegan::Index k = 0; k < d.count(); ++k) try {
            if (d.step(k).size() != d.directions.cols()) std::abort();
        } catch (const stylegan::ValueError&) {
        }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    take_steps({data, size});
    take_steps(fuzz::mended_zip({data, size}));
    return 0;
}
