// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/training/augmentation/augment_controller.hpp>
#include <stylegan/training/augmentation/augment_options.hpp>

namespace stylegan {

/// How the augmentation probability of a run is chosen. In files and flags: "noaug", "ada", "fixed".
enum class AugmentMode {
    none,      ///< the discriminator sees pictures as they are
    adaptive,  ///< p follows overfitting, from AugmentSettings::p on
    fixed,     ///< p is AugmentSettings::p
};

/// Augmentation of all pictures that the discriminator sees in training, real and generated.
/// @see Karras et al., "Training Generative Adversarial Networks with Limited Data" (2020)
struct AugmentSettings {
    AugmentMode mode = AugmentMode::none;                    ///< whether and how pictures are augmented
    AugmentOptions pipe = find_augment_pipe("bgc").value();  ///< the transformations
    double p = 0;              ///< augmentation probability, 0 or more; the first one with `adaptive`
    AugmentControl control{};  ///< how p follows overfitting

    friend bool operator==(const AugmentSettings&, const AugmentSettings&) = default;
};

}  // namespace stylegan
