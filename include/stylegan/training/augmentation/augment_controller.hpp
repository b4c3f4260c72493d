// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

namespace stylegan {

/// How the augmentation probability follows overfitting.
struct AugmentControl {
    double target = 0.6;  ///< wanted mean sign of the discriminator's scores of real pictures
    int interval = 4;     ///< minibatches between adjustments
    double kimg = 500;    ///< thousands of pictures in which p can rise by 1; 100 is usual for a resumed run

    friend bool operator==(const AugmentControl&, const AugmentControl&) = default;
};

/// The augmentation probability p during training. It rises while the discriminator tells real pictures too surely, and
/// falls otherwise:  p <- max(0, p + sign(r - target) * pictures / (kimg * 1000)),  where r is the mean sign of all scores
/// of augmented real pictures since the last adjustment. There is no upper bound.
/// @see Karras et al., "Training Generative Adversarial Networks with Limited Data" (2020), section 3.1
class AugmentController {
public:
    /// All of its state, for snapshots.
    struct State {
        double p = 0;               ///< augmentation probability
        std::int64_t signs = 0;     ///< sum of the signs since the last adjustment
        std::int64_t scores = 0;    ///< number of scores since then
        std::int64_t pictures = 0;  ///< real pictures since then
        int minibatches = 0;        ///< minibatches since then

        friend bool operator==(const State&, const State&) = default;
    };

    explicit AugmentController(const AugmentControl& control = {}) : AugmentController(control, State()) {}
    /// With the state of a snapshot. @throws ValueError if an option is out of range
    AugmentController(const AugmentControl& control, const State& state) : control_(control), state_(state) {
        if (!(control.target >= -1 && control.target <= 1))
            throw ValueError(text("augmentation: target is ", control.target, ", expected -1 to 1"));
        if (control.interval < 1)
            throw ValueError(text("augmentation: interval is ", control.interval, ", expected at least 1"));
        if (!(control.kimg > 0))
            throw ValueError(text("augmentation: kimg is ", control.kimg, ", expected more than 0"));
        if (!(state.p >= 0)) throw ValueError(text("augmentation: p is ", state.p, ", expected 0 or more"));
    }

    [[nodiscard]] double p() const { return state_.p; }
    [[nodiscard]] const State& state() const { return state_; }

    /// Counts scores of augmented real pictures.
    template <class S>
    void add(std::span<const S> scores) {
        for (const S s : scores) state_.signs += s > S(0) ? 1 : s < S(0) ? -1 : 0;
        state_.scores += static_cast<std::int64_t>(scores.size());
    }

    /// The end of a minibatch of `pictures` real pictures. @return whether p was adjusted
    bool end_of_minibatch(std::int64_t pictures) {
        state_.pictures += pictures;
        if (++state_.minibatches < control_.interval) return false;
        const double mean =
            state_.scores > 0 ? static_cast<double>(state_.signs) / static_cast<double>(state_.scores) : 0;
        const double above = mean - control_.target;
        const double step = static_cast<double>(state_.pictures) / (control_.kimg * 1000);
        state_ = State{.p = std::max(0.0, state_.p + (above > 0 ? step : above < 0 ? -step : 0.0))};
        return true;
    }

private:
    AugmentControl control_;
    State state_;
};

}  // namespace stylegan
