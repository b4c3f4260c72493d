// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/metrics/lpips.hpp>

#include "results.hpp"

#include <cstdint>
#include <memory>

namespace golden {

/// The full-width VGG16 and heads that golden files of distances were made with, from the seed that they tell.
stylegan::Lpips<Device> seeded_lpips(std::uint32_t seed, std::shared_ptr<Context> context);

}  // namespace golden
