// SPDX-License-Identifier: Apache-2.0
// Any bytes are a pickle of known values, or are refused by FormatError.
#include <stylegan/io/pickle/pickle_machine.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        stylegan::Pickle pickle("fuzz");
        stylegan::PickleMachine machine(pickle, {data, size}, true);
        const stylegan::PickleValue root = machine.run();
        if (root.is_array() && !root.storage()) (void)root.array().read<float>();
    } catch (const stylegan::FormatError&) {
    }
    return 0;
}
