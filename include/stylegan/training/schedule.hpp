// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace stylegan {

/// How training grows the networks, with the minibatch and learning rate at each resolution.
struct ScheduleOptions {
    bool growing = true;            ///< false: all stages from the start
    int first_height = 8;           ///< height of the pictures at the start of growing, in pixels
    double lod_kimg = 600;          ///< thousands of pictures at each resolution before the next fades in
    double fade_kimg = 600;         ///< thousands of pictures in which a resolution fades in
    int batch = 16;                 ///< pictures in a minibatch
    std::map<int, int> batch_at{};  ///< minibatch for pictures of a height, where it differs from `batch`
    double lr = 0.001;              ///< learning rate of both networks
    /// Learning rate for pictures of a height, where it differs from `lr`.
    std::map<int, double> lr_at{{128, 0.0015}, {256, 0.002}, {512, 0.003}, {1024, 0.003}};
};

/// The schedule at one moment of a run.
struct ScheduledStep {
    double lod = 0;  ///< level of detail; 0 is full resolution
    int batch = 0;   ///< pictures in a minibatch
    double lr = 0;   ///< learning rate of both networks
};

/// The schedule after a number of pictures.
/// @param pictures  real pictures shown to the discriminator so far
/// @see Karras et al. (2018), appendix A.1; Karras, Laine, Aila (2019), appendix C
[[nodiscard]] inline ScheduledStep scheduled(const Architecture& a, const ScheduleOptions& options, double pictures) {
    double lod = 0;
    if (options.growing) {
        const double kimg = pictures / 1000, phase = options.lod_kimg + options.fade_kimg;
        int first = 0;
        while (first < a.max_lod() && a.size(first).height < options.first_height) ++first;
        const double done = phase > 0 ? std::floor(kimg / phase) : a.stages();
        lod = a.max_lod() - first - done;
        const double fading = kimg - done * phase - options.lod_kimg;
        if (options.fade_kimg > 0) lod -= std::max(fading, 0.0) / options.fade_kimg;
        lod = std::max(lod, 0.0);
    }
    const int height = a.size(a.stages() - 1 - static_cast<int>(std::floor(lod))).height;
    const auto batch = options.batch_at.find(height);
    const auto lr = options.lr_at.find(height);
    return {lod, batch != options.batch_at.end() ? batch->second : options.batch,
            lr != options.lr_at.end() ? lr->second : options.lr};
}

}  // namespace stylegan
