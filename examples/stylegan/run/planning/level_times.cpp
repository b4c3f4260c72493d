// SPDX-License-Identifier: Apache-2.0
#include "run/planning/level_times.hpp"

#include <algorithm>

namespace stylegan::examples {

double work_of_stage(const Architecture& a, int stage) {
    double work = 0;
    for (int s = 0; s <= stage; ++s) {
        const double area = static_cast<double>(a.size(s).height) * a.size(s).width, maps = a.feature_maps(s),
                     below = a.feature_maps(std::max(s - 1, 0));
        constexpr double of_other_layers = 100;  // noise, blur, activation, styles: as much as so many multiply-adds
        work += area * maps * (9 * (maps + below) + of_other_layers);
    }
    return work;
}

void extrapolate(const Architecture& a, LevelTimes& times) {
    for (int stage = times.measured; stage < a.stages(); ++stage)
        times.seconds_per_kimg.push_back(times.seconds_per_kimg.back() * work_of_stage(a, stage) /
                                         work_of_stage(a, stage - 1));
}

}  // namespace stylegan::examples
