// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/replay_key.hpp>
#include <stylegan/models/any_generator.hpp>
#include <stylegan/ops/resampling/upscale2d.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace stylegan {

template <class D, class S, class M>
AnyGenerator<D, S, M>::AnyGenerator(const Architecture& a, std::uint64_t seed, D device)
    : AnyGenerator(a, std::make_shared<Context<D>>(device), seed) {}

template <class D, class S, class M>
AnyGenerator<D, S, M>::AnyGenerator(const Architecture& a, std::shared_ptr<Context<D>> context, std::uint64_t seed)
    : AnyGenerator(a, std::move(context), uninitialized) {
    initialize(*this, *context_, seed);
}

template <class D, class S, class M>
AnyGenerator<D, S, M>::AnyGenerator(const Architecture& a, std::shared_ptr<Context<D>> context, Uninitialized)
    : architecture_(valid(a)),
      context_(std::move(context)),
      lod_(std::vector<Index>{}, {}, false),
      mapping_(a),
      truncation_(a.w_size()),
      synthesis_(a) {}

template <class D, class S, class M>
auto AnyGenerator<D, S, M>::operator()(Context<D>& context, const ArrayRef<const Scalar, 2>& z,
                                       const Options& options) const -> Pictures {
    const Workspace::Frame frame(context.workspace());
    const Styles<Scalar> styles = context.take(architecture_.layers(), z.extent(0), architecture_.w_size());
    {
        const Workspace::Frame of_mapping(context.workspace());
        every_layer().forward(context, mapped(context, z.view(), view_of(options.labels)), styles);
    }
    return pictures_of(context, styles, options);
}

template <class D, class S, class M>
auto AnyGenerator<D, S, M>::map(Context<D>& context, const ArrayRef<const Scalar, 2>& z,
                                const ArrayRef<const Scalar, 2>& labels) const -> Latents {
    const Workspace::Frame frame(context.workspace());
    const Rows<const Scalar> w = mapped(context, z.view(), labels.view());
    Latents y = Latents::from_shape({static_cast<std::size_t>(w.extent(0)), static_cast<std::size_t>(w.extent(1))});
    context.download(w.data, w.size(), y.data());
    return y;
}

template <class D, class S, class M>
auto AnyGenerator<D, S, M>::synthesize(Context<D>& context, const ArrayRef<const Scalar, 2, 3>& w,
                                       const Options& options) const -> Pictures {
    const Workspace::Frame frame(context.workspace());
    return pictures_of(context, styles_on_device(context, w), options);
}

template <class D, class S, class M>
auto AnyGenerator<D, S, M>::mapped(Context<D>& context, Rows<const Scalar> z, Rows<const Scalar> labels) const
    -> Rows<const Scalar> {
    require_equal("Generator", "length of z", z.extent(1), Index{architecture_.latent_size});
    if (architecture_.label_size > 0) {
        require_equal("Generator", "labels", labels.extent(0), z.extent(0));
        require_equal("Generator", "length of a label", labels.extent(1), Index{architecture_.label_size});
    } else {
        require_equal("Generator", "size of labels for a network without labels", labels.size(), Index{0});
    }
    const Rows<Scalar> w = context.take(z.extent(0), static_cast<Index>(mapping_.outputs()));
    const Workspace::Frame frame(context.workspace());
    const auto timer = context.measured([] { return Profile::Entry{.name = "mapping"}; });
    mapping_.forward(context, uploaded(context, z),
                     architecture_.label_size > 0 ? uploaded(context, labels) : Rows<const Scalar>{}, w, nullptr);
    return w;
}

template <class D, class S, class M>
auto AnyGenerator<D, S, M>::styles_on_device(Context<D>& context, const ArrayRef<const Scalar, 2, 3>& w) const
    -> Styles<Scalar> {
    const Index n = w.extent(0), layers = architecture_.layers(), width = architecture_.w_size();
    if (w.rank() == 3) require_equal("Generator", "layers of w", w.extent(1), layers);
    require_equal("Generator", "length of w", w.extent(w.rank() - 1), width);
    const Styles<Scalar> styles = context.take(layers, n, width);
    if (w.rank() == 2) {
        const Workspace::Frame frame(context.workspace());
        every_layer().forward(context, uploaded(context, w.template view<2>()), styles);
        return styles;
    }
    std::vector<Scalar> by_layer(static_cast<std::size_t>(styles.size()));
    for (Index l = 0; l < layers; ++l)
        for (Index i = 0; i < n; ++i)
            std::copy_n(w.data() + (i * layers + l) * width, width, by_layer.data() + (l * n + i) * width);
    context.upload(by_layer.data(), styles.size(), styles.data);  // one call for all: on a GPU each call costs
    return styles;
}

template <class D, class S, class M>
auto AnyGenerator<D, S, M>::pictures_of(Context<D>& context, Styles<Scalar> styles, const Options& options) const
    -> Pictures {
    if (!std::isfinite(options.truncation.psi))
        throw ValueError(text("truncation psi is ", options.truncation.psi, ", expected a number"));
    const Level level = Level::of(architecture_, options.lod ? *options.lod : lod());
    truncation_.forward(context, options.truncation, styles);
    const Shape4 s = synthesis_.picture_shape(styles.extent(1), level);
    const Maps<Scalar> small = context.take(s[0], s[1], s[2], s[3]);
    run_synthesis(context, styles,
                  synthesis_noise(context, architecture_, synthesis_.noise(), options, styles.extent(1), level), level,
                  small);
    const int repeat = level.repeat(architecture_);
    Maps<Scalar> large = small;
    if (repeat > 1) {
        large = context.take(s[0], s[1], s[2] * repeat, s[3] * repeat);
        ops::upscale2d(context, small, repeat, large);
    }
    Pictures pictures = Pictures::from_shape(detail::xtensor_shape(large));
    context.download(large.data, large.size(), pictures.data());
    return pictures;
}

template <class D, class S, class M>
void AnyGenerator<D, S, M>::run_synthesis(Context<D>& context, Styles<const Scalar> styles,
                                          const SynthesisNoise<Scalar>& noise, Level level,
                                          Maps<Scalar> pictures) const {
    const auto forward = [&] { synthesis_.forward(context, styles, noise, level, pictures, nullptr); };
    if constexpr (D::asynchronous) {
        if (&context == context_.get()) {
            ReplayKey key(context.workspace().generation(), styles, pictures, level.stage, level.fade, noise.maps);
            for (const Scalar strength : noise.strength) key.add(static_cast<double>(strength));
            for_each_parameter(synthesis_,
                               [&](const std::string&, const Parameter<D>& p) { key.add(p.value().data()); });
            return context.replayed(replay_, key, forward);
        }
    }
    forward();
}

template <class D, class S, class M>
auto AnyGenerator<D, S, M>::styles(const ArrayRef<const Scalar, 2>& w) const -> LayerStyles {
    LayerStyles all = LayerStyles::from_shape({static_cast<std::size_t>(w.extent(0)),
                                               static_cast<std::size_t>(architecture_.layers()),
                                               static_cast<std::size_t>(w.extent(1))});
    every_layer().template write<Scalar>(w.view(), view_of(all));
    return all;
}

template <class D, class S, class M>
auto AnyGenerator<D, S, M>::mix(const ArrayRef<const Scalar, 2>& w, const ArrayRef<const Scalar, 2>& second,
                                const std::vector<int>& layers) const -> LayerStyles {
    if (!architecture_.use_styles) throw ValueError("Generator: this architecture has no styles to mix");
    LayerStyles all = styles(w);
    StyleMixing<>(layers).template write<Scalar>(second.view(), view_of(all));
    return all;
}

template <class D, class S, class M>
auto AnyGenerator<D, S, M>::w_average() const -> std::vector<Scalar> {
    std::vector<Scalar> w(static_cast<std::size_t>(truncation_.average().size()));
    context_->download(truncation_.average().value().data(), truncation_.average().size(), w.data());
    return w;
}

template <class D, class S, class M>
auto AnyGenerator<D, S, M>::measure_w_average(int samples, std::uint64_t seed) const -> std::vector<Scalar> {
    if (architecture_.label_size > 0)
        throw ValueError("measure_w_average: the network has labels, so w has no one average");
    std::vector<double> sum(static_cast<std::size_t>(architecture_.w_size()));
    const RandomStream stream(seed, 0, Purpose::latents);
    for (int done = 0; done < samples;) {
        const int n = std::min(samples - done, 256);
        Latents z =
            Latents::from_shape({static_cast<std::size_t>(n), static_cast<std::size_t>(architecture_.latent_size)});
        stream.fill_normal(z.data(), z.size(),
                           static_cast<std::uint64_t>(done) * static_cast<std::uint64_t>(architecture_.latent_size));
        const Latents w = map(z);
        for (std::size_t i = 0; i < w.size(); ++i) sum[i % sum.size()] += static_cast<double>(w.data()[i]);
        done += n;
    }
    std::vector<Scalar> mean(sum.size());
    for (std::size_t i = 0; i < sum.size(); ++i) mean[i] = static_cast<Scalar>(sum[i] / std::max(samples, 1));
    return mean;
}

template <class D, class S, class M>
void AnyGenerator<D, S, M>::set_lod(double lod) {
    (void)Level::of(architecture_, lod);
    const auto v = static_cast<Scalar>(lod);
    context_->upload(&v, 1, lod_.value().data());
    context_->upload(&v, 1, synthesis_.lod().value().data());
}

}  // namespace stylegan
