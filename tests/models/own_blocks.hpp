// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/layers/any_synthesis_block.hpp>
#include <stylegan/layers/discriminator_block.hpp>

#include <array>
#include <string>

namespace model_test {

using namespace stylegan;

/// The paper's block with a learned gain. It derives from the paper's and has its own forward(), so the network must
/// not run the inherited forward_styled().
template <class Device>
class GainBlock : public AnySynthesisBlock<Device> {
public:
    using Inner = AnySynthesisBlock<Device>;
    using Scalar = typename Device::Scalar;
    struct Cache : Inner::Cache {
        Maps<const Scalar> y{};
    };

    GainBlock(const Architecture& a, int stage)
        : Inner(a, stage), name_(to_string(a.size(stage)) + "/gain"), gain_({1}, {.mean = 1}) {}

    void forward(Context<Device>& context, Maps<const Scalar> x, const LayerInputs<Scalar>& in, Maps<Scalar> y,
                 Cache* cache) const {
        Temporaries t(context.workspace(), cache != nullptr);
        const Maps<Scalar> inner = context.take_like(y);
        Inner::forward(context, x, in, inner, cache);
        for (Index i = 0; i < y.size(); ++i) y.data[i] = gain_.value()[0] * inner.data[i];
        if (cache) cache->y = inner;
    }

    void backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dy, Maps<Scalar> dx,
                  std::array<Rows<Scalar>, 2> dw, Pass pass) {
        Temporaries t(context.workspace(), pass == Pass::linearize);
        const Maps<Scalar> dinner = context.take_like(dy);
        for (Index i = 0; i < dy.size(); ++i) {
            dinner.data[i] = gain_.value()[0] * dy.data[i];
            if (pass == Pass::gradients) gain_.gradient()[0] += dy.data[i] * cache.y.data[i];
        }
        Inner::backward(context, cache, dinner, dx, dw, pass);
    }

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        Inner::visit(self, prefix, f);
        f(prefix + self.name_, self.gain_);
    }

private:
    std::string name_;
    Parameter<Device> gain_;
};

/// The paper's discriminator block under another name.
template <class Device>
struct SameBlock : AnyDiscriminatorBlock<Device> {
    using AnyDiscriminatorBlock<Device>::AnyDiscriminatorBlock;
};

/// A mapping network: w = 2 z.
template <class Device>
class TwiceZ {
public:
    using Scalar = typename Device::Scalar;
    struct Cache {};

    explicit TwiceZ(const Architecture& a) : length_(a.latent_size) {}

    [[nodiscard]] int outputs() const { return length_; }

    void forward(Context<Device>&, Rows<const Scalar> z, Rows<const Scalar>, Rows<Scalar> w, Cache*) const {
        for (Index i = 0; i < z.size(); ++i) w.data[i] = 2 * z.data[i];
    }
    void backward(Context<Device>&, Cache&, Rows<const Scalar> dw, Rows<Scalar> dz, Pass) {
        if (!dz.empty())
            for (Index i = 0; i < dw.size(); ++i) dz.data[i] = 2 * dw.data[i];
    }

    template <class Self, class F>
    static void visit(Self&, const std::string&, F&) {}

private:
    int length_;
};

}  // namespace model_test
