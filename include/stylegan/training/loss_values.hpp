// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/training/augmentation/augment_options.hpp>

#include <vector>

namespace stylegan {

/// Transformations with their probability at one moment of a run.
struct AugmentNow {
    AugmentOptions pipe{};  ///< the transformations
    double p = 0;           ///< augmentation probability; 0: none
};

/// The terms of a loss, one value for each picture. What was not evaluated is empty.
struct LossValues {
    std::vector<double> loss{};         ///< loss without penalties
    std::vector<double> penalty{};      ///< sum of R1, R2 and gradient penalty; 0 for a generator loss
    std::vector<double> real_scores{};  ///< scores of the real pictures
    std::vector<double> fake_scores{};  ///< scores of the generated pictures
    std::vector<double> r1{};           ///< R1
    /// How much real pictures differ from each other: mean deviation of a pixel over the picture's minibatch stddev group.
    std::vector<double> real_variation{};
    std::vector<double> fake_variation{};  ///< the same for generated pictures

    /// Appends the values of further pictures.
    void append(const LossValues& other) {
        for_each_list([](auto& a, const auto& b) { a.insert(a.end(), b.begin(), b.end()); }, *this, other);
    }

    /// Calls f with the losses of all `values`, then with their penalties, and so on.
    template <class F, class... Values>
    static void for_each_list(F&& f, Values&... values) {
        f(values.loss...);
        f(values.penalty...);
        f(values.real_scores...);
        f(values.fake_scores...);
        f(values.r1...);
        f(values.real_variation...);
        f(values.fake_variation...);
    }
};

/// The terms of the discriminator's loss that an update evaluates.
enum class LossTerms {
    all,        ///< the loss with its penalties
    scores,     ///< the loss without penalties
    penalties,  ///< penalties alone: a regularization step
};

/// What an update evaluates besides the loss itself.
struct LossSettings {
    LossTerms terms = LossTerms::all;  ///< of the discriminator's loss
    double penalty_weight = 1;         ///< factor of the gradient of penalties; their values are without it
    AugmentNow augment{};              ///< of all pictures that the discriminator sees
};

}  // namespace stylegan
