// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/layers/dense.hpp>
#include <stylegan/ops/elementwise/concatenate.hpp>
#include <stylegan/ops/norm/pixel_norm.hpp>

#include <string>
#include <vector>

namespace stylegan {

/// Maps z to the intermediate latent w: z is normalized, then goes through dense layers with a hundredth of the
/// learning rate. With labels, an embedding of the label is appended to z first.
///
/// @see Karras, Laine, Aila (2019), section 2, figure 1b, table 4
template <class Device = Cpu>
class AnyMappingNetwork {
public:
    using Scalar = typename Device::Scalar;
    static constexpr Scalar epsilon = Scalar(1e-8);  ///< of the normalization, added to the mean square

    struct Cache {
        Rows<const Scalar> labels{};
        Rows<const Scalar> x{}, inverse{};  // (N, inputs) and (N, 1), after the normalization
        std::vector<typename Dense<dynamic, dynamic, Device>::Cache> layers{};
        Rows<const Scalar> dx{}, dinput{};  // before and after the normalization's gradient; after Pass::linearize
        Rows<const Scalar> x_dot{}, inverse_rate{};  // after tangent()
    };

    AnyMappingNetwork() = default;
    explicit AnyMappingNetwork(const Architecture& a);

    [[nodiscard]] int inputs() const { return latent_; }
    [[nodiscard]] int outputs() const { return layers_.empty() ? inputs_ : layers_.back().outputs(); }

    /// z (N, Latent), labels (N, classes), or empty without labels -> w (N, outputs).
    void forward(Context<Device>& context, Rows<const Scalar> z, Rows<const Scalar> labels, Rows<Scalar> w,
                 Cache* cache = nullptr) const;

    /// dw (N, outputs) -> dz (N, Latent). dz may be empty.
    void backward(Context<Device>& context, Cache& cache, Rows<const Scalar> dw, Rows<Scalar> dz, Pass pass);

    /// z_dot (N, Latent) -> w_dot (N, outputs).
    void tangent(Context<Device>& context, Cache& cache, Rows<const Scalar> z_dot, Rows<Scalar> w_dot) const;

    /// The tangent of backward(): dw_dot (N, outputs) -> dz_dot (N, Latent) or empty.
    void backward_tangent(Context<Device>& context, Cache& cache, Rows<const Scalar> dw_dot, Rows<Scalar> dz_dot);

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        if (self.embedding_.exists()) f(prefix + "LabelConcat/weight", self.embedding_);
        for (std::size_t i = 0; i < self.layers_.size(); ++i)
            Dense<dynamic, dynamic, Device>::visit(self.layers_[i], prefix + "Dense" + std::to_string(i) + "/", f);
    }

private:
    void embed(Context<Device>& context, Rows<const Scalar> z, Rows<const Scalar> labels, Rows<Scalar> x) const;

    void to_latents(Context<Device>& context, const Cache& cache, Rows<const Scalar> dinput, Rows<Scalar> dz,
                    bool parameters);

    int latent_ = 0, labels_ = 0, inputs_ = 0;
    bool normalize_ = true;
    Parameter<Device> embedding_;  // (classes, Latent)
    std::vector<Dense<dynamic, dynamic, Device>> layers_;
};

template <class Device>
AnyMappingNetwork<Device>::AnyMappingNetwork(const Architecture& a)
    : latent_(a.latent_size), labels_(a.label_size), inputs_(a.mapping_inputs()), normalize_(a.normalize_latents) {
    if (labels_ > 0 && !a.progressive_gan)
        embedding_ = Parameter<Device>({labels_, latent_}, {.standard_deviation = 1});
    for (int i = 0; i < a.mapping_layers; ++i) {
        const int in = i == 0 ? inputs_ : a.mapping_fmaps;
        const int out = i == a.mapping_layers - 1 ? a.dlatent_size : a.mapping_fmaps;
        layers_.emplace_back(in, out,
                             LinearOptions{.lr = {.lrmul = a.mapping_lrmul.value(), .wscale = a.use_wscale},
                                           .slope = a.mapping_slope()});
    }
}

template <class Device>
void AnyMappingNetwork<Device>::forward(Context<Device>& context, Rows<const Scalar> z, Rows<const Scalar> labels,
                                        Rows<Scalar> w, Cache* cache) const {
    require_equal("MappingNetwork", "length of z", z.extent(1), Index{latent_});
    Temporaries t(context.workspace(), cache != nullptr);
    if (cache) {
        *cache = Cache{.labels = labels};
        cache->layers.resize(layers_.size());
    }
    Rows<Scalar> x = layers_.empty() ? w : context.take(z.extent(0), inputs_);
    embed(context, z, labels, x);
    if (normalize_) {
        const Rows<Scalar> inverse = context.take(z.extent(0), 1);
        ops::pixel_norm(context, as_maps<const Scalar>(x), epsilon, as_maps(x), as_maps(inverse));
        if (cache) cache->inverse = inverse;
    }
    if (cache) cache->x = x;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const Rows<Scalar> y = i + 1 == layers_.size() ? w : context.take(z.extent(0), layers_[i].outputs());
        layers_[i].forward(context, x, y, cache ? &cache->layers[i] : nullptr);
        x = y;
    }
}

template <class Device>
void AnyMappingNetwork<Device>::backward(Context<Device>& context, Cache& cache, Rows<const Scalar> dw, Rows<Scalar> dz,
                                         Pass pass) {
    Temporaries t(context.workspace(), pass == Pass::linearize);
    const bool input_wanted = !dz.empty() || embedding_.exists() || pass == Pass::linearize;
    Rows<const Scalar> d = dw;
    for (std::size_t i = layers_.size(); i-- > 0;) {
        const Rows<Scalar> dx =
            i > 0 || input_wanted ? context.take(dw.extent(0), layers_[i].inputs()) : Rows<Scalar>{};
        layers_[i].backward(context, cache.layers[i], d, dx, pass);
        d = dx;
    }
    if (!input_wanted) return;
    const Rows<Scalar> input = context.take_like(cache.x);
    if (normalize_)
        ops::pixel_norm_gradient(context, as_maps(cache.x), as_maps(cache.inverse), as_maps(d), as_maps(input));
    else
        context.template copy<2>(d, input);
    if (pass == Pass::linearize) {
        cache.dx = d;
        cache.dinput = input;
    }
    to_latents(context, cache, input, dz, pass == Pass::gradients);
}

template <class Device>
void AnyMappingNetwork<Device>::tangent(Context<Device>& context, Cache& cache, Rows<const Scalar> z_dot,
                                        Rows<Scalar> w_dot) const {
    Rows<Scalar> x_dot = context.take_like(cache.x);
    context.fill(x_dot, Scalar(0));
    for (Index n = 0; n < z_dot.extent(0); ++n)
        context.template copy<1>(z_dot.part(n, 1).as(latent_), x_dot.part(n, 1).as(latent_));
    if (normalize_) {
        const Rows<Scalar> rate = context.take_like(cache.inverse), y_dot = context.take_like(cache.x);
        ops::pixel_norm_tangent(context, as_maps(cache.x), as_maps(cache.inverse), as_maps<const Scalar>(x_dot),
                                as_maps(y_dot), as_maps(rate));
        cache.inverse_rate = rate;
        x_dot = y_dot;
    }
    cache.x_dot = x_dot;
    if (layers_.empty()) context.template copy<2>(x_dot, w_dot);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const Rows<Scalar> y_dot =
            i + 1 == layers_.size() ? w_dot : context.take(w_dot.extent(0), layers_[i].outputs());
        layers_[i].tangent(context, cache.layers[i], x_dot, y_dot);
        x_dot = y_dot;
    }
}

template <class Device>
void AnyMappingNetwork<Device>::backward_tangent(Context<Device>& context, Cache& cache, Rows<const Scalar> dw_dot,
                                                 Rows<Scalar> dz_dot) {
    Temporaries t(context.workspace(), false);
    Rows<const Scalar> d = dw_dot;
    for (std::size_t i = layers_.size(); i-- > 0;) {
        const Rows<Scalar> dx = context.take(dw_dot.extent(0), layers_[i].inputs());
        layers_[i].backward_tangent(context, cache.layers[i], d, dx);
        d = dx;
    }
    const Rows<Scalar> input = context.take_like(cache.x);
    if (normalize_)
        ops::pixel_norm_gradient_tangent(context, as_maps(cache.x), as_maps(cache.inverse), as_maps(cache.x_dot),
                                         as_maps(cache.inverse_rate), as_maps(cache.dx), as_maps(cache.dinput),
                                         as_maps(d), as_maps(input));
    else
        context.template copy<2>(d, input);
    to_latents(context, cache, input, dz_dot, true);
}

template <class Device>
void AnyMappingNetwork<Device>::embed(Context<Device>& context, Rows<const Scalar> z, Rows<const Scalar> labels,
                                      Rows<Scalar> x) const {
    if (labels_ == 0) return context.template copy<2>(z, x);
    require_equal("MappingNetwork", "batch of labels", labels.extent(0), z.extent(0));
    require_equal("MappingNetwork", "length of a label", labels.extent(1), Index{labels_});
    if (!embedding_.exists()) return ops::concatenate(context, z, labels, x);
    const Workspace::Frame frame(context.workspace());
    const Rows<Scalar> e = context.take(z.extent(0), latent_);
    ops::dense(context, labels, embedding_.template view<2>(), Scalar(1), e);
    ops::concatenate(context, z, Rows<const Scalar>(e), x);
}

template <class Device>
void AnyMappingNetwork<Device>::to_latents(Context<Device>& context, const Cache& cache, Rows<const Scalar> dinput,
                                           Rows<Scalar> dz, bool parameters) {
    const bool embedded = embedding_.exists() && parameters;
    const Rows<Scalar> de = embedded ? context.take(dinput.extent(0), latent_) : Rows<Scalar>{};
    ops::concatenate_gradient(context, dinput, dz, de);
    if (embedded)
        ops::dense_weight_gradient(context, cache.labels, Rows<const Scalar>(de), Scalar(1),
                                   embedding_.template gradient_view<2>());
}

/// The mapping network with a depth and an architecture known at compile time.
/// @tparam Layers  number of dense layers
/// @tparam A       the architecture, which determines the widths
template <int Layers, auto A = config_f, class Device = Cpu>
class MappingNetwork : public AnyMappingNetwork<Device> {
    static_assert(Layers >= 0 && Layers <= 16, "stylegan::MappingNetwork: Layers must be 0 to 16");
    static_assert(A.flaw() == nullptr, "stylegan::MappingNetwork: A is not a valid Architecture");
    static_assert(A.label_size == 0, "stylegan::MappingNetwork: with labels use the generator's map()");

    static constexpr Architecture deep() {
        Architecture a = A;
        a.mapping_layers = Layers;
        return a;
    }

public:
    MappingNetwork() : AnyMappingNetwork<Device>(deep()) {}

    /// @param z  (N, Latent), standard normal
    /// @return   w (N, length of w)
    [[nodiscard]] Vectors<Device, deep().w_size()> operator()(Context<Device>& context,
                                                              const Vectors<Device, A.latent_size>& z) const {
        Vectors<Device, deep().w_size()> w(z.batch());
        const Workspace::Frame frame(context.workspace());
        this->forward(context, z.view(), {}, w.view());
        return w;
    }
};

#ifdef STYLEGAN_COMPILED
extern template class AnyMappingNetwork<Cpu>;
#endif

}  // namespace stylegan
