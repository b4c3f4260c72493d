// SPDX-License-Identifier: Apache-2.0
#include "profile_table.hpp"

#include <cstdio>

namespace stylegan::examples {

void print_profile(const Profile& profile) {
    Profile::Entry all{.name = "all"};
    for (const Profile::Entry& e : profile.entries()) {
        all.seconds += e.seconds;
        all.multiply_adds += e.multiply_adds;
        all.bytes += e.bytes;
    }
    std::printf("\n%-32s %6s %10s %6s %9s %8s %9s\n", "layer", "calls", "ms", "share", "GFLOP/s", "GB/s", "MB");
    const auto line = [&](const Profile::Entry& e) {
        std::printf("%-32s %6d %10.3f %5.1f%% %9.1f %8.2f %9.2f\n", e.name.c_str(), e.calls, e.seconds * 1e3,
                    100 * e.seconds / all.seconds, 2e-9 * e.multiply_adds / e.seconds, 1e-9 * e.bytes / e.seconds,
                    e.bytes * 1e-6);
    };
    for (const Profile::Entry& e : profile.entries()) line(e);
    line(all);
}

nlohmann::ordered_json profile_json(const Profile& profile) {
    nlohmann::ordered_json layers = nlohmann::ordered_json::array();
    for (const Profile::Entry& e : profile.entries())
        layers.push_back({{"layer", e.name},
                          {"seconds", e.seconds / e.calls},
                          {"multiply_adds", e.multiply_adds / e.calls},
                          {"bytes", e.bytes / e.calls}});
    return layers;
}

}  // namespace stylegan::examples
