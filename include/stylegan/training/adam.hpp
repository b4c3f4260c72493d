// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/parameter.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/adam.hpp>

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace stylegan {

/// Options of Adam. The defaults are those of the published networks.
struct AdamOptions {
    double beta1 = 0;       ///< decay of the first moment m, in [0, 1)
    double beta2 = 0.99;    ///< decay of the second moment v, in [0, 1)
    double epsilon = 1e-8;  ///< added to sqrt(v)
};

/// Adam on the trainable parameters of one network, with the bias corrections folded into the learning rate:
///
///     p -= lr sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)
///
/// With beta1 = 0, the published setting, m is the gradient itself and is not stored: one array less for each
/// parameter.
///
/// @see Kingma and Ba (2015), algorithm 1, the form at the end of section 2
template <class Device>
class Adam {
public:
    using Scalar = typename Device::Scalar;

    template <class Network>
    explicit Adam(const Network& network, AdamOptions options = {}) : options_(options) {
        for_each_parameter(network, [&](const std::string& name, const Parameter<Device>& p) {
            if (!p.trainable()) return;
            names_.push_back(name);
            if (keeps_m()) m_.emplace_back(p.shape(), Initial{}, false);
            v_.emplace_back(p.shape(), Initial{}, false);
        });
    }

    /// Steps since the last reset().
    [[nodiscard]] std::uint64_t steps() const { return steps_; }
    /// Sets the step count, which the bias corrections need, to resume with loaded moments.
    void set_steps(std::uint64_t steps) { steps_ = steps; }

    /// Changes the decay of the second moments.
    void set_beta2(double beta2) { options_.beta2 = beta2; }

    /// Updates the parameters, unless a gradient is not finite: then nothing changes.
    /// @return whether the parameters were updated
    template <class Network>
    bool step(Network& network, Context<Device>& context, double lr) {
        std::vector<std::span<const Scalar>> all;
        for_each_parameter(network, [&](const std::string&, Parameter<Device>& p) {
            if (p.trainable()) all.emplace_back(p.gradient().data(), p.gradient().size());
        });
        if (!ops::all_finite(context, all)) return false;
        ++steps_;
        const auto t = static_cast<double>(steps_);
        const double rate = lr * std::sqrt(1 - std::pow(options_.beta2, t)) / (1 - std::pow(options_.beta1, t));
        std::size_t i = 0;
        for_each_parameter(network, [&](const std::string&, Parameter<Device>& p) {
            if (!p.trainable()) return;
            Scalar* const m = keeps_m() ? m_[i].value().data() : p.gradient().data();
            ops::adam_update(context, p.size(), p.value().data(), p.gradient().data(), m, v_[i].value().data(),
                             static_cast<Scalar>(rate), static_cast<Scalar>(options_.beta1),
                             static_cast<Scalar>(options_.beta2), static_cast<Scalar>(options_.epsilon));
            ++i;
        });
        return true;
    }

    /// Sets moments and step count to 0, as when a new resolution begins.
    void reset() {
        steps_ = 0;
        for (auto* moments : {&m_, &v_})
            for (auto& p : *moments) p = Parameter<Device>(p.shape(), Initial{}, false);
    }

    /// Visits the moments, named "m/" or "v/" and the name of the parameter.
    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        for (std::size_t i = 0; i < self.names_.size(); ++i) {
            if (self.keeps_m()) f(prefix + "m/" + self.names_[i], self.m_[i]);
            f(prefix + "v/" + self.names_[i], self.v_[i]);
        }
    }

private:
    [[nodiscard]] bool keeps_m() const { return options_.beta1 != 0; }

    AdamOptions options_;
    std::uint64_t steps_ = 0;
    std::vector<std::string> names_;
    std::vector<Parameter<Device>> m_, v_;
};

}  // namespace stylegan
