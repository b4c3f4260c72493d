// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stylegan::examples {

/// The name of a snapshot file: "network-snapshot-000012.safetensors" for the first one within a thousand pictures,
/// "network-snapshot-000012-345.safetensors" for a further one, at 12,345 pictures. Those written because of the time
/// that passed end in "-timed" and always have all digits.
struct SnapshotName {
    std::int64_t kimg = 0;      ///< thousands of pictures
    std::optional<int> rest{};  ///< pictures beyond them, 0 to 999
    bool timed = false;

    /// "000012-345-timed"
    [[nodiscard]] std::string number() const;
    [[nodiscard]] std::string file_name() const { return "network-snapshot-" + number() + ".safetensors"; }
};

/// Reads the name of a file. @return nothing if it is not that of a snapshot
[[nodiscard]] std::optional<SnapshotName> parse_snapshot_name(std::string_view file_name);

}  // namespace stylegan::examples
