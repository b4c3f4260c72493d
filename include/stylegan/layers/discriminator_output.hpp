// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/layers/convolution.hpp>
#include <stylegan/layers/dense.hpp>
#include <stylegan/layers/minibatch_stddev.hpp>
#include <stylegan/ops/elementwise/label_switch.hpp>

namespace stylegan {

/// The discriminator's output, from the feature maps of the first stage (4x4): minibatch stddev, a convolution, two
/// dense layers, the score. With labels the last layer has one logit per class, and the label selects one:
///
///     score[n] = sum_k logit[n,k] * label[n,k]
///
/// @see Karras et al. (2018), table 2
template <class Device = Cpu>
class DiscriminatorOutput {
public:
    using Scalar = typename Device::Scalar;

    struct Cache {
        typename AnyMinibatchStddev<Device>::Cache stddev{};
        typename AnyConvolution<Device>::Cache conv{};
        typename Dense<dynamic, dynamic, Device>::Cache dense0{}, dense1{};
        Rows<const Scalar> labels{};
    };

    DiscriminatorOutput() = default;
    explicit DiscriminatorOutput(const Architecture& a);

    [[nodiscard]] const AnyMinibatchStddev<Device>& stddev() const { return stddev_; }

    /// x (N, C, H, W) of the first stage, labels (N, classes), or empty without labels -> scores (N, 1).
    void forward(Context<Device>& context, Maps<const Scalar> x, Rows<const Scalar> labels, Rows<Scalar> scores,
                 Cache* cache = nullptr) const;

    /// dscores (N, 1) -> dx like x.
    void backward(Context<Device>& context, Cache& cache, Rows<const Scalar> dscores, Maps<Scalar> dx, Pass pass);

    /// x_dot like x -> scores_dot (N, 1).
    void tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> x_dot, Rows<Scalar> scores_dot) const;

    /// The tangent of backward(): dscores_dot (N, 1) -> dx_dot like x.
    void backward_tangent(Context<Device>& context, Cache& cache, Rows<const Scalar> dscores_dot, Maps<Scalar> dx_dot);

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        const std::string at = prefix + to_string(self.size_) + "/";
        AnyConvolution<Device>::visit(self.conv_, at + "Conv/", f);
        Dense<dynamic, dynamic, Device>::visit(self.dense0_, at + "Dense0/", f);
        Dense<dynamic, dynamic, Device>::visit(self.dense1_, at + "Dense1/", f);
    }

private:
    Rows<const Scalar> to_logits(Context<Device>& context, const Cache& cache, Rows<const Scalar> dscores) const;

    Size size_;
    int labels_ = 0;
    AnyMinibatchStddev<Device> stddev_;
    AnyConvolution<Device> conv_;
    Dense<dynamic, dynamic, Device> dense0_, dense1_;
};

template <class Device>
DiscriminatorOutput<Device>::DiscriminatorOutput(const Architecture& a)
    : size_(a.size(0)), labels_(a.label_size), stddev_(a.mbstd_group_size, a.mbstd_num_features) {
    const LinearOptions options{.lr = {.wscale = a.use_wscale}, .slope = a.slope()};
    const int channels = a.feature_maps(0), hidden = a.nf(0);
    conv_ = AnyConvolution<Device>(channels + stddev_.features(), channels, 3, resample<Resample::none>, options);
    dense0_ = Dense<dynamic, dynamic, Device>(channels * size_.height * size_.width, hidden, options);
    dense1_ =
        Dense<dynamic, dynamic, Device>(hidden, std::max(labels_, 1), {.lr = {.gain = 1, .wscale = a.use_wscale}});
}

template <class Device>
void DiscriminatorOutput<Device>::forward(Context<Device>& context, Maps<const Scalar> x, Rows<const Scalar> labels,
                                          Rows<Scalar> scores, Cache* cache) const {
    Temporaries t(context.workspace(), cache != nullptr);
    const Index n = x.extent(0);
    Maps<const Scalar> m = x;
    if (stddev_.exists()) {
        const Maps<Scalar> appended = context.take(n, x.extent(1) + stddev_.features(), x.extent(2), x.extent(3));
        stddev_.forward(context, x, appended, cache ? &cache->stddev : nullptr);
        m = appended;
    }
    const Maps<Scalar> a = context.take(n, conv_.outputs(), x.extent(2), x.extent(3));
    const Rows<Scalar> b = context.take(n, dense0_.outputs());
    conv_.forward(context, m, a, cache ? &cache->conv : nullptr);
    dense0_.forward(context, as_rows(Maps<const Scalar>(a)), b, cache ? &cache->dense0 : nullptr);
    const Rows<Scalar> logits = labels_ > 0 ? context.take(n, labels_) : scores;
    dense1_.forward(context, b, logits, cache ? &cache->dense1 : nullptr);
    if (labels_ > 0) ops::label_switch(context, Rows<const Scalar>(logits), labels, scores);
    if (cache) cache->labels = labels;
}

template <class Device>
void DiscriminatorOutput<Device>::backward(Context<Device>& context, Cache& cache, Rows<const Scalar> dscores,
                                           Maps<Scalar> dx, Pass pass) {
    Temporaries t(context.workspace(), pass == Pass::linearize);
    const Rows<Scalar> db = context.take_like(cache.dense1.x);
    const Maps<Scalar> da = context.take_like(cache.conv.y);
    dense1_.backward(context, cache.dense1, to_logits(context, cache, dscores), db, pass);
    dense0_.backward(context, cache.dense0, db, as_rows(da), pass);
    const Maps<Scalar> dm = stddev_.exists() ? context.take_like(cache.conv.x) : dx;
    conv_.backward(context, cache.conv, da, dm, pass);
    if (stddev_.exists()) stddev_.backward(context, cache.stddev, dm, dx, pass);
}

template <class Device>
void DiscriminatorOutput<Device>::tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> x_dot,
                                          Rows<Scalar> scores_dot) const {
    Maps<const Scalar> m_dot = x_dot;
    if (stddev_.exists()) {
        const Maps<Scalar> appended = context.take_like(cache.conv.x);
        stddev_.tangent(context, cache.stddev, x_dot, appended);
        m_dot = appended;
    }
    const Maps<Scalar> a_dot = context.take_like(cache.conv.y);
    const Rows<Scalar> b_dot = context.take_like(cache.dense1.x);
    conv_.tangent(context, cache.conv, m_dot, a_dot);
    dense0_.tangent(context, cache.dense0, as_rows(Maps<const Scalar>(a_dot)), b_dot);
    const Rows<Scalar> logits_dot = labels_ > 0 ? context.take(scores_dot.extent(0), labels_) : scores_dot;
    dense1_.tangent(context, cache.dense1, b_dot, logits_dot);
    if (labels_ > 0) ops::label_switch(context, Rows<const Scalar>(logits_dot), cache.labels, scores_dot);
}

template <class Device>
void DiscriminatorOutput<Device>::backward_tangent(Context<Device>& context, Cache& cache,
                                                   Rows<const Scalar> dscores_dot, Maps<Scalar> dx_dot) {
    Temporaries t(context.workspace(), false);
    const Rows<Scalar> db_dot = context.take_like(cache.dense1.x);
    const Maps<Scalar> da_dot = context.take_like(cache.conv.y);
    dense1_.backward_tangent(context, cache.dense1, to_logits(context, cache, dscores_dot), db_dot);
    dense0_.backward_tangent(context, cache.dense0, db_dot, as_rows(da_dot));
    const Maps<Scalar> dm_dot = stddev_.exists() ? context.take_like(cache.conv.x) : dx_dot;
    conv_.backward_tangent(context, cache.conv, da_dot, dm_dot);
    if (stddev_.exists()) stddev_.backward_tangent(context, cache.stddev, dm_dot, dx_dot);
}

template <class Device>
auto DiscriminatorOutput<Device>::to_logits(Context<Device>& context, const Cache& cache,
                                            Rows<const Scalar> dscores) const -> Rows<const Scalar> {
    if (labels_ == 0) return dscores;
    const Rows<Scalar> dlogits = context.take(dscores.extent(0), labels_);
    ops::label_switch_gradient(context, dscores, cache.labels, dlogits);
    return dlogits;
}

#ifdef STYLEGAN_COMPILED
extern template class DiscriminatorOutput<Cpu>;
#endif

}  // namespace stylegan
