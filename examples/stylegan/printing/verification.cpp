// SPDX-License-Identifier: Apache-2.0
#include "printing/verification.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/files/zip.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/tensors/tensor_file.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

std::string counted(std::size_t count, const char* one, const char* several) {
    return text(count, ' ', count == 1 ? one : several);
}

bool begins_with(const Bytes& bytes, std::string_view start) {
    return bytes.size() >= start.size() && std::equal(start.begin(), start.end(), bytes.begin());
}

/// A zip archive has a checksum of each entry, which libzip compares when it reads all of it.
std::string verification_of_zip(const fs::path& path) {
    const ZipFile archive(path);
    for (std::size_t i = 0; i < archive.names().size(); ++i) (void)archive.read(i);
    const std::size_t count = archive.names().size();
    return text(path.string(),
                ": intact: ", counted(count, "entry agrees with its digest", "entries agree with their digests"),
                " (CRC-32)");
}

std::string verification_of_tensors(const fs::path& path, const NamedTensors& tensors) {
    const std::string count = counted(tensors.names().size(), "tensor", "tensors");
    const DigestKind kind = tensors.verify();
    if (kind != DigestKind::none)
        return text(path.string(), ": intact: ", count, " and what describes them agree with their digests (",
                    name_of(kind), ')');
    for (const std::string& name : tensors.names()) (void)tensors.read_float(name);
    return text(path.string(), ": has no digests: its ", count,
                " can be read, but a changed number would not be noticed; `stylegan convert` writes a "
                ".safetensors file, which has digests");
}

}  // namespace

std::string verification_of(const fs::path& path) {
    const Bytes start = read_file(path, 16);
    if (begins_with(start, "PK")) return verification_of_zip(path);
    if (start.size() > 8 && start[8] == '{') return verification_of_tensors(path, read_tensor_file(path));
    return verification_of_tensors(path, Checkpoint(path).file());
}

}  // namespace stylegan::examples
