// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace stylegan {

/// The value of a function of a score, and its derivative.
struct ValueAndSlope {
    double value = 0;  ///< the term of the loss
    double slope = 0;  ///< its derivative with respect to the score
};

/// A function of the discriminator's score: any callable that takes a score, or a score and the other score of its
/// pair, and returns a ValueAndSlope. The slope is the derivative with respect to the first argument: of the value, or,
/// for pairs, of the sum of the values of .real and .fake.
class ScoreFunction {
    template <class F>
    static constexpr bool of_one = requires(const F& f, double s) {
        { f(s) } -> std::same_as<ValueAndSlope>;
    };
    template <class F>
    static constexpr bool of_two = requires(const F& f, double s) {
        { f(s, s) } -> std::same_as<ValueAndSlope>;
    };

public:
    template <class Missing = void>
    ScoreFunction() {
        static_assert(!std::is_void_v<Missing>,
                      "stylegan::Loss: a loss needs all of .real, .fake and .generator, in this order");
    }

    template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, ScoreFunction>) ScoreFunction(F f)  // NOLINT: a conversion by design
        : paired_(of_two<F>) {
        static_assert(
            of_one<F> || of_two<F>,
            "stylegan::Loss: .real, .fake and .generator take a score (double), or a score and the other one of "
            "its pair, and return a stylegan::ValueAndSlope");
        if constexpr (of_two<F>)
            function_ = std::move(f);
        else if constexpr (of_one<F>)
            function_ = [f = std::move(f)](double score, double) { return f(score); };
    }

    /// Whether it takes the other score of a pair.
    [[nodiscard]] bool paired() const { return paired_; }

    /// @param score  of the picture itself
    /// @param other  of the other picture of its pair; ignored by a function of one score
    [[nodiscard]] ValueAndSlope operator()(double score, double other = 0) const { return function_(score, other); }

private:
    std::function<ValueAndSlope(double, double)> function_;
    bool paired_ = false;
};

/// A loss: terms of the discriminator's loss for real and for generated pictures, the generator's loss, and penalties
/// on the discriminator's gradient. Namespace losses has those of the library. Write your own as
///
///     const Loss least_squares{
///         .name = "least-squares",
///         .real = [](double s) -> ValueAndSlope { return {(s - 1) * (s - 1), 2 * (s - 1)}; },
///         .fake = [](double s) -> ValueAndSlope { return {s * s, 2 * s}; },
///         .generator = [](double s) -> ValueAndSlope { return {(s - 1) * (s - 1), 2 * (s - 1)}; },
///         .r1_gamma = 1};
///
/// A function of two arguments gets the scores of a pair of a real and a generated picture, its own first, as a
/// relativistic loss needs them. A penalty of weight 0 is left out:
///
///     R1:  r1_gamma / 2 * |grad_x D(x)|^2     R2: the same for generated pictures, with r2_gamma
///     gradient penalty:  gp_lambda / gp_target^2 * (|grad_m D(m)| - gp_target)^2,  m = lerp(x, G, u)
///     drift:  drift * D(x)^2
///
/// check_loss() compares the slopes with differences.
///
/// @see R1, R2: Mescheder et al. (2018), equation 9; gradient penalty: Gulrajani et al. (2017), equation 3; drift:
///      Karras et al. (2018), appendix A.1
struct Loss {
    std::string name{};       ///< recorded in snapshots; a resumed run must have the same
    ScoreFunction real;       ///< D(x), a term of the discriminator's loss
    ScoreFunction fake;       ///< D(G(z)), a term of the discriminator's loss
    ScoreFunction generator;  ///< D(G(z)), the generator's loss
    double r1_gamma = 0;      ///< weight of R1, 0 or more
    double r2_gamma = 0;      ///< weight of R2, 0 or more
    double gp_lambda = 0;     ///< weight of the gradient penalty, 0 or more
    double gp_target = 1;     ///< norm that the gradient penalty aims at, more than 0
    double drift = 0;         ///< weight of the drift term, 0 or more

    /// Whether .real or .fake takes both scores of a pair.
    [[nodiscard]] bool discriminator_is_paired() const { return real.paired() || fake.paired(); }

    /// The same loss with another weight of R1: `losses::logistic.with_r1(0.3)`.
    [[nodiscard]] Loss with_r1(double gamma) const {
        Loss loss = *this;
        loss.r1_gamma = gamma;
        return loss;
    }

    /// @throws ValueError if a weight is negative, gp_target is not positive, or the name is empty
    void check() const {
        const auto require = [](bool ok, const char* what, double found, const char* expected) {
            if (!ok) throw ValueError(text("loss: ", what, " is ", found, ", expected ", expected));
        };
        if (name.empty()) throw ValueError("loss: name is empty, expected the name that snapshots record");
        require(r1_gamma >= 0, "r1_gamma", r1_gamma, "0 or more");
        require(r2_gamma >= 0, "r2_gamma", r2_gamma, "0 or more");
        require(gp_lambda >= 0, "gp_lambda", gp_lambda, "0 or more");
        require(gp_target > 0, "gp_target", gp_target, "more than 0");
        require(drift >= 0, "drift", drift, "0 or more");
    }
};

}  // namespace stylegan
