// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/layers/checks/layer_probe.hpp>
#include <stylegan/layers/layer_calls.hpp>
#include <stylegan/layers/pass.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace stylegan {

/// Options of check_derivatives().
struct DerivativeCheck {
    std::string name = "layer";  ///< name of the layer in error messages
    std::uint64_t seed = 0;      ///< seed of the values, of dy and of the directions
    int coordinates = 12;        ///< coordinates of each tensor that are also moved one at a time
    double step = 1e-5;          ///< step of the central differences, for values of magnitude 1
    double tolerance = 1e-6;     ///< largest error, relative to the largest value of a tensor
};

/// The result of check_derivatives().
struct DerivativeReport {
    Index compared = 0;        ///< numbers compared
    Index skipped = 0;         ///< coordinates and points left out for a kink within the step
    double largest_error = 0;  ///< largest relative error of a number
};

namespace detail {

template <class Layer>
class DerivativeChecker {
    using Probe = LayerProbe<Layer>;
    using Numbers = typename Probe::Numbers;
    using Tensors = typename Probe::Tensors;
    static constexpr double equal = 1e-12;  // tolerance where the same is computed twice
    static constexpr int attempts = 20;     // to find a point without a kink within the step

    /// Central differences of a function, and by how much two steps disagree: one of each for each of its numbers.
    struct Slopes {
        Numbers value, doubt;
    };

public:
    DerivativeChecker(Context<BasicCpu<double>>& context, const Layer& layer, const LayerCalls<Layer>& calls,
                      const DerivativeCheck& options)
        : probe_(context, layer, calls, options.seed, options.name), calls_(calls), options_(options) {}

    DerivativeReport run() {
        const Numbers y = probe_.forward();
        compare("y with a cache", probe_.cached_forward(), y, equal, largest(y));
        for (std::size_t i = 0; i < y.size(); ++i) loss_size_ += std::abs(y[i] * probe_.dy()[i]);
        least_ = loss_size_ / static_cast<double>(y.size()) * 1e-3;
        for (std::size_t t = 0; t < probe_.names().size(); ++t) {
            check_coordinates(t);
            check_direction(t);
        }
        check_passes();
        if (calls_.tangent) check_tangent();
        if (calls_.tangent && calls_.backward_tangent) check_gradient_tangent();
        return report_;
    }

private:
    /// d<y, dy> along v in one tensor, in units of that tensor.
    Slopes loss_slope(std::size_t t, const Numbers& v) {
        return slopes([&](double e) {
            return probe_.moved(t, v, e * probe_.unit(t), [&] { return Numbers{dot(probe_.forward(), probe_.dy())}; });
        });
    }

    /// Compares d<y, dy>/dtensor with central differences along single coordinates.
    void check_coordinates(std::size_t t) {
        const std::string name = "d" + probe_.names()[t];
        const Numbers g = probe_.gradients(probe_.dy())[t];
        const std::size_t wanted =
            std::min<std::size_t>(static_cast<std::size_t>(std::max(options_.coordinates, 0)), g.size());
        std::vector<std::size_t> at;
        Numbers expected;
        for (std::size_t k = 0; k < wanted; ++k) {
            const std::size_t i = wanted == g.size() ? k : probe_.stream().below(0, g.size());
            Numbers v(g.size());
            v[i] = 1;
            const Slopes s = loss_slope(t, v);
            if (!smooth(s, std::max(std::abs(s.value[0]), least_loss()))) continue;
            at.push_back(i);
            expected.push_back(s.value[0]);
        }
        if (2 * at.size() < wanted)
            throw Error(text(options_.name, ": ", name, ": the layer is smooth along ", at.size(), " of ", wanted,
                             " coordinates, expected half"));
        const double scale = std::max(largest(expected), least_loss());
        for (std::size_t k = 0; k < at.size(); ++k)
            compare(name, static_cast<Index>(at[k]), g[at[k]] * probe_.unit(t), expected[k], options_.tolerance, scale);
    }

    /// Compares d<y, dy>/dtensor with a central difference along a direction: all coordinates at once.
    void check_direction(std::size_t t) {
        const std::string name = "<d" + probe_.names()[t] + ", v>";
        at_a_smooth_point(name, [&] {
            const Numbers g = probe_.gradients(probe_.dy())[t], v = probe_.normal(static_cast<Index>(g.size()));
            const Slopes s = loss_slope(t, v);
            const double scale = std::max({std::abs(s.value[0]), largest(g) * probe_.unit(t), least_loss()});
            if (!smooth(s, scale)) return false;
            compare(name, -1, dot(g, v) * probe_.unit(t), s.value[0], options_.tolerance, scale);
            return true;
        });
    }

    /// Checks that the other passes give the same dx and add nothing to the parameters, and that an empty dx changes
    /// nothing else.
    void check_passes() {
        const Tensors g = probe_.gradients(probe_.dy());
        for (const Pass pass : {Pass::inputs, Pass::linearize}) {
            if (pass == Pass::linearize && !calls_.backward_tangent) continue;
            const Tensors other = probe_.gradients(probe_.dy(), pass);
            for (std::size_t t = 0; t < g.size(); ++t)
                compare("d" + probe_.names()[t] + (pass == Pass::inputs ? " of Pass::inputs" : " of Pass::linearize"),
                        other[t], t < probe_.inputs() ? g[t] : Numbers(g[t].size()), equal, largest(g[t]));
        }
        for (const Index i : calls_.optional_gradients) {
            const Tensors other = probe_.gradients(probe_.dy(), Pass::gradients, i);
            for (std::size_t t = 0; t < g.size(); ++t)
                if (static_cast<Index>(t) != i)
                    compare(text("d", probe_.names()[t], " without dx", i), other[t], g[t], equal, largest(g[t]));
        }
    }

    /// Compares y_dot with (f(x + e v) - f(x - e v)) / 2e.
    void check_tangent() {
        at_a_smooth_point("y_dot", [&] {
            Tensors v = probe_.direction();
            const Slopes s = slopes([&](double e) { return probe_.moved(v, e, [&] { return probe_.forward(); }); });
            const double scale = std::max(largest(s.value), least_);
            if (!smooth(s, scale)) return false;
            compare("y_dot", probe_.tangent(v), s.value, options_.tolerance, scale);
            for (const Index i : calls_.optional_tangents) {  // an empty x_dot stands for 0
                auto& x_dot = v[static_cast<std::size_t>(i)];
                std::fill(x_dot.begin(), x_dot.end(), 0.0);
                compare(text("y_dot without x", i, "_dot"), probe_.tangent(v, i), probe_.tangent(v), equal, scale);
            }
            return true;
        });
    }

    /// Checks the tangent of the gradient: with dy fixed, against central differences; and that it is linear in dy_dot.
    void check_gradient_tangent() {
        at_a_smooth_point("the tangent of the gradient", [&] {
            const Tensors v = probe_.direction(), g = probe_.gradients(probe_.dy());
            const Slopes all = slopes(
                [&](double e) { return probe_.moved(v, e, [&] { return joined(probe_.gradients(probe_.dy())); }); });
            std::vector<Slopes> s;
            std::vector<double> scales;
            std::size_t offset = 0;
            for (const Numbers& tensor : g) {
                s.push_back({part(all.value, offset, tensor.size()), part(all.doubt, offset, tensor.size())});
                scales.push_back(std::max({largest(s.back().value), largest(tensor) * 1e-3, least_}));
                if (!smooth(s.back(), scales.back())) return false;
                offset += tensor.size();
            }
            const Numbers zero(probe_.dy().size()), dy_dot = probe_.normal(static_cast<Index>(zero.size()));
            const Tensors fixed = probe_.gradient_tangents(v, zero), both = probe_.gradient_tangents(v, dy_dot),
                          own = probe_.gradients(dy_dot);
            for (std::size_t t = 0; t < g.size(); ++t) {
                const std::string name = "d" + probe_.names()[t] + "_dot";
                compare(name, fixed[t], s[t].value, options_.tolerance, scales[t]);
                Numbers sum = fixed[t];
                for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += own[t][i];
                compare(name + " with dy_dot", both[t], sum, 1e-9, std::max(largest(own[t]), scales[t]));
            }
            return true;
        });
    }

    /// Two central differences, extrapolated to an error of order step^4.
    template <class F>
    Slopes slopes(F&& f) const {
        const double h = options_.step;
        const Numbers a = f(h), b = f(-h), c = f(h / 2), d = f(-h / 2);
        Slopes s;
        for (std::size_t i = 0; i < a.size(); ++i) {
            const double wide = (a[i] - b[i]) / (2 * h), narrow = (c[i] - d[i]) / h;
            s.value.push_back((4 * narrow - wide) / 3);
            s.doubt.push_back(std::abs(wide - narrow));
        }
        return s;
    }

    bool smooth(const Slopes& s, double scale) {
        const bool yes = largest(s.doubt) <= options_.tolerance * scale;
        if (!yes) ++report_.skipped;
        return yes;
    }

    /// Calls check() at one point after another until it finds one without a kink within the step.
    template <class F>
    void at_a_smooth_point(const std::string& name, F&& check) {
        for (int k = 0; k < attempts; ++k) {
            if (check()) return;
            probe_.move();
        }
        throw Error(
            text(options_.name, ": ", name, ": the layer is smooth at none of ", attempts, " points, expected one"));
    }

    [[nodiscard]] double least_loss() const { return loss_size_ * 1e-3; }

    void compare(const std::string& name, const Numbers& found, const Numbers& expected, double tolerance,
                 double scale) {
        for (std::size_t i = 0; i < found.size(); ++i)
            compare(name, static_cast<Index>(i), found[i], expected[i], tolerance, scale);
    }

    void compare(const std::string& name, Index index, double found, double expected, double tolerance, double scale) {
        const double error = std::abs(found - expected);
        if (!(error <= tolerance * scale)) throw DerivativeError(options_.name, name, index, found, expected);
        ++report_.compared;
        if (scale > 0) report_.largest_error = std::max(report_.largest_error, error / scale);
    }

    static double dot(const Numbers& a, const Numbers& b) {
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
        return sum;
    }

    static double largest(const Numbers& a) {
        double m = 0;
        for (const double v : a) m = std::max(m, std::abs(v));
        return m;
    }

    static Numbers joined(const Tensors& all) {
        Numbers n;
        for (const auto& t : all) n.insert(n.end(), t.begin(), t.end());
        return n;
    }

    static Numbers part(const Numbers& all, std::size_t offset, std::size_t count) {
        const auto first = all.begin() + static_cast<std::ptrdiff_t>(offset);
        return Numbers(first, first + static_cast<std::ptrdiff_t>(count));
    }

    Probe probe_;
    const LayerCalls<Layer>& calls_;
    const DerivativeCheck& options_;
    double loss_size_ = 0;  // sum of |y dy|
    double least_ = 0;      // the smallest scale of a comparison, so that rounding is no error
    DerivativeReport report_;
};

}  // namespace detail

/// Compares a layer's gradients and tangents with central differences of its forward pass, on random values in double
/// precision. It works for the layers of this library and for your own:
///
///     Context<BasicCpu<double>> context;
///     check_derivatives(context, MyLayer(3, 7), calls_of<MyLayer>({2, 3, 5, 4}, {2, 7, 5, 4}), {.name = "MyLayer"});
///
/// It checks that
///   - dx and the gradient of every parameter are those of <y, dy>, along directions and along single coordinates;
///   - passes add to the gradients of parameters, and write every output whatever memory and workspace held before;
///   - Pass::inputs and Pass::linearize give the same dx and add nothing to the gradients of parameters;
///   - tangent() gives the derivative of y along x_dot;
///   - backward_tangent(), after backward(Pass::linearize) and tangent(), gives the derivative of all gradients along
///     x_dot with dy fixed, plus the gradients for dy_dot.
///
/// Points with a kink (leaky ReLU) within the step are left out: there two steps disagree.
///
/// @param layer  copied; the parameters of the copy are moved away from their initial values
/// @throws DerivativeError for the first wrong number; Error if no smooth point is found; what the layer throws
template <class Layer>
DerivativeReport check_derivatives(Context<BasicCpu<double>>& context, const Layer& layer,
                                   const LayerCalls<std::type_identity_t<Layer>>& calls,
                                   const DerivativeCheck& options = {}) {
    static_assert(std::is_same_v<typename Layer::Scalar, double>,
                  "stylegan::check_derivatives: the layer must be one of BasicCpu<double>, since single precision "
                  "cannot be differenced");
    return detail::DerivativeChecker<Layer>(context, layer, calls, options).run();
}

}  // namespace stylegan
