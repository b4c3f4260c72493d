// SPDX-License-Identifier: Apache-2.0
// Any bytes are an architecture as in the metadata of a file, or are refused by FormatError. Written again, an architecture
// is read as the same.
#include <stylegan/io/networks/architecture_json.hpp>

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view characters(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes as text
    try {
        const auto a = stylegan::architecture_from_json(stylegan::parse_json(characters, "fuzz"), "fuzz");
        if (a.flaw() != nullptr) std::abort();
        const std::string written = stylegan::architecture_to_json(a).dump();
        if (stylegan::architecture_from_json(stylegan::parse_json(written, "again"), "again") != a) std::abort();
    } catch (const stylegan::FormatError&) {
    }
    return 0;
}
