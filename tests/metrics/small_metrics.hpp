// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/metrics/lpips.hpp>

#include <memory>
#include <utility>

/// A fast generator and a fast distance of pictures.
namespace small_metrics {

/// Pictures of 16x16 or larger, which the distance needs.
inline constexpr stylegan::Architecture styled{.resolution_log2 = 4,
                                               .fmap_base = 64,
                                               .fmap_max = 8,
                                               .latent_size = 6,
                                               .dlatent_size = 7,
                                               .mapping_layers = 2,
                                               .mapping_fmaps = 5};

template <class Device>
stylegan::Lpips<Device> small_lpips(std::shared_ptr<stylegan::Context<Device>> context) {
    stylegan::Vgg16<Device> vgg(2, {.wscale = false}, context);
    initialize(vgg, *context, 3);
    return stylegan::Lpips<Device>(std::move(vgg));
}

}  // namespace small_metrics
