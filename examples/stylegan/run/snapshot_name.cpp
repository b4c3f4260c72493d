// SPDX-License-Identifier: Apache-2.0
#include "run/snapshot_name.hpp"

#include "options/parse.hpp"

#include <cstdio>

namespace stylegan::examples {

std::string SnapshotName::number() const {
    char digits[64];
    std::snprintf(digits, sizeof digits, "%06lld", static_cast<long long>(kimg));
    std::string s = digits;
    if (rest) {
        std::snprintf(digits, sizeof digits, "-%03d", *rest);
        s += digits;
    }
    return timed ? s + "-timed" : s;
}

std::optional<SnapshotName> parse_snapshot_name(std::string_view file_name) {
    constexpr std::string_view before = "network-snapshot-", after = ".safetensors", timed = "-timed";
    constexpr std::int64_t most_kimg = 1'000'000'000'000'000;
    if (!file_name.starts_with(before) || !file_name.ends_with(after) ||
        file_name.size() < before.size() + after.size())
        return std::nullopt;
    std::string_view number = file_name.substr(before.size(), file_name.size() - before.size() - after.size());
    SnapshotName name;
    if (number.ends_with(timed)) {
        name.timed = true;
        number.remove_suffix(timed.size());
    }
    if (const std::size_t dash = number.find('-'); dash != std::string_view::npos) {
        const auto rest = parse_whole(number.substr(dash + 1), {0, 999});
        if (!rest || number.size() != dash + 4) return std::nullopt;
        name.rest = static_cast<int>(*rest);
        number = number.substr(0, dash);
    }
    const auto kimg = parse_whole(number, {0, most_kimg});
    if (!kimg) return std::nullopt;
    name.kimg = *kimg;
    return name;
}

}  // namespace stylegan::examples
