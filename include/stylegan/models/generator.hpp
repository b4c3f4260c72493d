// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/arrays.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/layers/initialize.hpp>
#include <stylegan/layers/mapping_network.hpp>
#include <stylegan/layers/style_mixing.hpp>
#include <stylegan/layers/truncation.hpp>
#include <stylegan/models/synthesis_network.hpp>
#include <stylegan/ops/random_normal.hpp>
#include <stylegan/ops/resampling/upscale2d.hpp>

#include <xtensor/xtensor.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stylegan {

/// Which noise maps the layers of the synthesis network get.
enum class Noise {
    constant,  ///< the maps stored with the network: one picture for one w
    random,    ///< fresh for every picture, from noise_seed
    none,
    given,  ///< noise_maps
};

/// Scales the noise of layers first..last.
struct NoiseStrength {
    int first = 0, last = 1 << 30;
    float strength = 1;
};

/// How to synthesize. All has a default; name what differs: `{.truncation = {.psi = 0.7f, .cutoff = 8}}`. Arrays are copied into
/// it, from any kind that ArrayRef takes.
template <class Scalar>
struct Synthesis {
    Psi truncation{};
    Noise noise = Noise::constant;
    std::uint64_t noise_seed = 0;    ///< for Noise::random
    Arrays<Scalar, 4> noise_maps{};  ///< for Noise::given: (N or 1, 1, H, W) for each layer
    std::vector<NoiseStrength> noise_strength{};
    std::optional<double> lod{};  ///< level of detail; the network's own if not given
    Array<Scalar, 2> labels{};    ///< (N, classes), for a network with labels
};

struct Uninitialized {};
/// For a network that is loaded from a file next: saves the time of drawing initial values.
inline constexpr Uninitialized uninitialized{};

/// A generator: mapping network, truncation and synthesis network, with calls for research on top.
/// Its architecture is a template argument, or `run_time` for one given while running; that form holds the implementation.
/// One caller at a time, since the context's threads and memory serve one.
/// Arrays that go in are in the processor's memory, and of xtensor, Eigen or a span: see ArrayRef. They come out as xtensor;
/// as_eigen() and as() show them as Eigen's.
///
/// @see Karras, Laine, Aila: "A Style-Based Generator Architecture for Generative Adversarial Networks" (2019)
template <auto A, class Device = Cpu>
class BasicGenerator;

template <class Device>
class BasicGenerator<run_time, Device> {
public:
    using Scalar = typename Device::Scalar;
    using Options = Synthesis<Scalar>;
    using Latents = xt::xtensor<Scalar, 2>;
    using Pictures = xt::xtensor<Scalar, 4>;
    using LayerStyles = xt::xtensor<Scalar, 3>;

    /// @throws ValueError if the architecture has a flaw
    explicit BasicGenerator(const Architecture& a, std::uint64_t seed = 0, Device device = {});
    /// Shares the threads and memory of another network.
    BasicGenerator(const Architecture& a, std::shared_ptr<Context<Device>> context, std::uint64_t seed);
    BasicGenerator(const Architecture& a, std::shared_ptr<Context<Device>> context, Uninitialized);

    [[nodiscard]] const Architecture& architecture() const { return architecture_; }
    [[nodiscard]] Context<Device>& context() const { return *context_; }
    [[nodiscard]] const std::shared_ptr<Context<Device>>& shared_context() const { return context_; }

    /// Pictures of latents.
    /// @param z  (N, latent_size), standard normal; see latents_of_seeds
    /// @return   (N, num_channels, H, W), about within [-1, 1]
    /// @throws ShapeError, ValueError if z or the options do not fit
    [[nodiscard]] Pictures operator()(const ArrayRef<const Scalar, 2>& z, const Options& options = {}) const {
        return synthesize(map(z, options.labels), options);
    }

    /// z (N, latent_size) -> w (N, w_size), not truncated. `labels` (N, classes) for a network with labels.
    [[nodiscard]] Latents map(const ArrayRef<const Scalar, 2>& z, const ArrayRef<const Scalar, 2>& labels = {}) const;

    /// Pictures of w. Truncated as the options say.
    /// @param w  (N, w_size), the same for every layer, or (N, layers, w_size)
    /// @throws ShapeError, ValueError if w or the options do not fit
    [[nodiscard]] Pictures synthesize(const ArrayRef<const Scalar, 2, 3>& w, const Options& options = {}) const;

    /// w (N, w_size) repeated for every layer, (N, layers, w_size).
    [[nodiscard]] LayerStyles styles(const ArrayRef<const Scalar, 2>& w) const;

    /// Style mixing: w (N, w_size) for every layer but the given ones, which take `second`.
    /// @return (N, layers, w_size)
    /// @throws ShapeError if a layer is out of range or the shapes differ, ValueError if the network has no styles
    [[nodiscard]] LayerStyles mix(const ArrayRef<const Scalar, 2>& w, const ArrayRef<const Scalar, 2>& second,
                                  const std::vector<int>& layers) const;

    /// The average w tracked while training, (w_size).
    [[nodiscard]] std::vector<Scalar> w_average() const;

    /// The average w of `samples` fresh latents: for networks that came without one. Unlabelled networks only.
    [[nodiscard]] std::vector<Scalar> measure_w_average(int samples = 10000, std::uint64_t seed = 0) const;

    /// The level of detail that the network was left at: 0 once grown.
    [[nodiscard]] double lod() const {
        Scalar v{};
        context_->download(lod_.value().data(), 1, &v);
        return static_cast<double>(v);
    }
    void set_lod(double lod);

    /// The parts, for training and research on views.
    [[nodiscard]] AnyMappingNetwork<Device>& mapping() { return mapping_; }
    [[nodiscard]] Truncation<dynamic, Device>& truncation() { return truncation_; }
    [[nodiscard]] SynthesisNetwork<Device>& synthesis() { return synthesis_; }
    [[nodiscard]] const AnyMappingNetwork<Device>& mapping() const { return mapping_; }
    [[nodiscard]] const Truncation<dynamic, Device>& truncation() const { return truncation_; }
    [[nodiscard]] const SynthesisNetwork<Device>& synthesis() const { return synthesis_; }

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        f(prefix + "lod", self.lod_);
        if (self.architecture_.progressive_gan) {  // usually without mapping layers; should there be some, they count
            SynthesisNetwork<Device>::visit(self.synthesis_, prefix, f);
            return AnyMappingNetwork<Device>::visit(self.mapping_, prefix + "G_mapping/", f);
        }
        Truncation<dynamic, Device>::visit(self.truncation_, prefix, f);
        SynthesisNetwork<Device>::visit(self.synthesis_, prefix + "G_synthesis/", f);
        AnyMappingNetwork<Device>::visit(self.mapping_, prefix + "G_mapping/", f);
    }

private:
    static const Architecture& valid(const Architecture& a) {
        if (a.flaw()) throw ValueError(text("Architecture: ", a.flaw()));
        return a;
    }

    [[nodiscard]] Rows<const Scalar> uploaded(Rows<const Scalar> x) const;

    [[nodiscard]] Latents downloaded(Rows<const Scalar> x) const;

    /// All that decides what the synthesis network tells an asynchronous device to do, but for values in its memory.
    [[nodiscard]] std::vector<std::uint64_t> replay_key(Styles<const Scalar> styles,
                                                        const typename SynthesisNetwork<Device>::Noises& noise,
                                                        Level level, Maps<const Scalar> pictures) const;

    [[nodiscard]] typename SynthesisNetwork<Device>::Noises noises(const Options& options, Index batch,
                                                                   Level level) const;

    Architecture architecture_;
    std::shared_ptr<Context<Device>> context_;
    Parameter<Device> lod_;  // ()
    AnyMappingNetwork<Device> mapping_;
    Truncation<dynamic, Device> truncation_;
    SynthesisNetwork<Device> synthesis_;
    [[no_unique_address]] mutable typename Device::Replay replay_;
};

template <class Device>
BasicGenerator<run_time, Device>::BasicGenerator(const Architecture& a, std::uint64_t seed, Device device)
    : BasicGenerator(a, std::make_shared<Context<Device>>(device), seed) {}

template <class Device>
BasicGenerator<run_time, Device>::BasicGenerator(const Architecture& a, std::shared_ptr<Context<Device>> context,
                                                 std::uint64_t seed)
    : BasicGenerator(a, std::move(context), uninitialized) {
    initialize(*this, *context_, seed);
}

template <class Device>
BasicGenerator<run_time, Device>::BasicGenerator(const Architecture& a, std::shared_ptr<Context<Device>> context,
                                                 Uninitialized)
    : architecture_(valid(a)),
      context_(std::move(context)),
      lod_(std::vector<Index>{}, {}, false),
      mapping_(a),
      truncation_(a.w_size()),
      synthesis_(a) {}

template <class Device>
auto BasicGenerator<run_time, Device>::map(const ArrayRef<const Scalar, 2>& z,
                                           const ArrayRef<const Scalar, 2>& labels) const -> Latents {
    require_equal("Generator", "length of z", z.extent(1), Index{architecture_.latent_size});
    if (architecture_.label_size > 0) {
        require_equal("Generator", "labels", labels.extent(0), z.extent(0));
        require_equal("Generator", "length of a label", labels.extent(1), Index{architecture_.label_size});
    } else {
        require_equal("Generator", "size of labels for a network without labels", labels.size(), Index{0});
    }
    const Workspace::Frame frame(context_->workspace());
    const Rows<Scalar> w = context_->take(z.extent(0), mapping_.outputs());
    const auto timer = context_->measured([] { return Profile::Entry{.name = "mapping"}; });
    mapping_.forward(*context_, uploaded(z.view()),
                     architecture_.label_size > 0 ? uploaded(labels.view()) : Rows<const Scalar>{}, w);
    return downloaded(w);
}

template <class Device>
auto BasicGenerator<run_time, Device>::synthesize(const ArrayRef<const Scalar, 2, 3>& w, const Options& options) const
    -> Pictures {
    if (w.rank() == 2) return synthesize(styles(w.template view<2>()), options);
    const Index n = w.extent(0);
    require_equal("Generator", "layers of w", w.extent(1), Index{architecture_.layers()});
    require_equal("Generator", "length of w", w.extent(2), Index{architecture_.w_size()});
    if (!std::isfinite(options.truncation.psi))
        throw ValueError(text("truncation psi is ", options.truncation.psi, ", expected a number"));
    const Level level = Level::of(architecture_, options.lod ? *options.lod : lod());
    const Workspace::Frame frame(context_->workspace());
    const Styles<Scalar> layered = context_->take(architecture_.layers(), n, architecture_.w_size());
    const Index layers = architecture_.layers(), width = architecture_.w_size();
    std::vector<Scalar> by_layer(n > 1 ? static_cast<std::size_t>(layered.size()) : 0);
    for (Index l = 0; l < layers && n > 1; ++l)
        for (Index i = 0; i < n; ++i)
            std::copy_n(w.data() + (i * layers + l) * width, width, by_layer.data() + (l * n + i) * width);
    context_->upload(n > 1 ? by_layer.data() : w.data(), layered.size(),
                     layered.data);  // at once: on a GPU each call costs
    truncation_.forward(*context_, options.truncation, layered);
    const Shape4 s = synthesis_.picture_shape(n, level);
    const Maps<Scalar> small = context_->take(s[0], s[1], s[2], s[3]);
    const typename SynthesisNetwork<Device>::Noises noise = noises(options, n, level);
    const auto forward = [&] { synthesis_.forward(*context_, layered, noise, level, small); };
    if constexpr (Device::asynchronous)
        context_->replayed(replay_, replay_key(layered, noise, level, small), forward);
    else
        forward();
    const int repeat = level.repeat(architecture_);
    Pictures pictures =
        Pictures::from_shape({static_cast<std::size_t>(n), static_cast<std::size_t>(s[1]),
                              static_cast<std::size_t>(s[2] * repeat), static_cast<std::size_t>(s[3] * repeat)});
    Maps<Scalar> large = small;
    if (repeat > 1) {
        large = context_->take(s[0], s[1], s[2] * repeat, s[3] * repeat);
        ops::upscale2d(*context_, small, repeat, large);
    }
    context_->download(large.data, large.size(), pictures.data());
    return pictures;
}

template <class Device>
auto BasicGenerator<run_time, Device>::styles(const ArrayRef<const Scalar, 2>& w) const -> LayerStyles {
    const Index layers = architecture_.layers(), width = w.extent(1);
    LayerStyles all = LayerStyles::from_shape(
        {static_cast<std::size_t>(w.extent(0)), static_cast<std::size_t>(layers), static_cast<std::size_t>(width)});
    for (Index n = 0; n < w.extent(0); ++n)
        for (Index l = 0; l < layers; ++l)
            std::copy_n(w.data() + n * width, width, all.data() + (n * layers + l) * width);
    return all;
}

template <class Device>
auto BasicGenerator<run_time, Device>::mix(const ArrayRef<const Scalar, 2>& w, const ArrayRef<const Scalar, 2>& second,
                                           const std::vector<int>& layers) const -> LayerStyles {
    if (!architecture_.use_styles) throw ValueError("Generator: this architecture has no styles to mix");
    require_equal("Generator", "batch of the second w", second.extent(0), w.extent(0));
    require_equal("Generator", "length of the second w", second.extent(1), w.extent(1));
    LayerStyles all = styles(w);
    const Index width = w.extent(1);
    for (int l : layers) {
        if (l < 0 || l >= architecture_.layers())
            throw ShapeError(text("Generator: layer to mix is ", l, ", expected 0 to ", architecture_.layers() - 1));
        for (Index n = 0; n < w.extent(0); ++n)
            std::copy_n(second.data() + n * width, width, all.data() + (n * architecture_.layers() + l) * width);
    }
    return all;
}

template <class Device>
auto BasicGenerator<run_time, Device>::w_average() const -> std::vector<Scalar> {
    std::vector<Scalar> w(static_cast<std::size_t>(truncation_.average().size()));
    context_->download(truncation_.average().value().data(), truncation_.average().size(), w.data());
    return w;
}

template <class Device>
auto BasicGenerator<run_time, Device>::measure_w_average(int samples, std::uint64_t seed) const -> std::vector<Scalar> {
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

template <class Device>
void BasicGenerator<run_time, Device>::set_lod(double lod) {
    (void)Level::of(architecture_, lod);
    const auto v = static_cast<Scalar>(lod);
    context_->upload(&v, 1, lod_.value().data());
    context_->upload(&v, 1, synthesis_.lod().value().data());
}

template <class Device>
auto BasicGenerator<run_time, Device>::uploaded(Rows<const Scalar> x) const -> Rows<const Scalar> {
    const Rows<Scalar> y = context_->take(x.extent(0), x.extent(1));
    context_->upload(x.data, y.size(), y.data);
    return y;
}

template <class Device>
auto BasicGenerator<run_time, Device>::downloaded(Rows<const Scalar> x) const -> Latents {
    Latents y = Latents::from_shape({static_cast<std::size_t>(x.extent(0)), static_cast<std::size_t>(x.extent(1))});
    context_->download(x.data, x.size(), y.data());
    return y;
}

template <class Device>
std::vector<std::uint64_t> BasicGenerator<run_time, Device>::replay_key(
    Styles<const Scalar> styles, const typename SynthesisNetwork<Device>::Noises& noise, Level level,
    Maps<const Scalar> pictures) const {
    const auto bits = [](double v) { return std::bit_cast<std::uint64_t>(v); };
    const auto address = [](const Scalar* p) {
        return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(p));
    };
    std::vector<std::uint64_t> key{context_->workspace().generation(),
                                   address(styles.data),
                                   address(pictures.data),
                                   static_cast<std::uint64_t>(styles.extent(1)),
                                   static_cast<std::uint64_t>(level.stage),
                                   bits(level.fade)};
    for (const auto& map : noise.maps) {
        key.push_back(address(map.data));
        key.push_back(static_cast<std::uint64_t>(map.extent(0)));
    }
    for (const Scalar s : noise.strength) key.push_back(bits(static_cast<double>(s)));
    for_each_parameter(
        synthesis_, [&](const std::string&, const Parameter<Device>& p) { key.push_back(address(p.value().data())); });
    return key;
}

template <class Device>
auto BasicGenerator<run_time, Device>::noises(const Options& options, Index batch, Level level) const ->
    typename SynthesisNetwork<Device>::Noises {
    typename SynthesisNetwork<Device>::Noises all;
    if (!architecture_.use_noise || options.noise == Noise::none) return all;
    const auto layers = static_cast<std::size_t>(2 * (level.stage + 1));
    if (options.noise == Noise::given && options.noise_maps.size() < layers)
        throw ShapeError(
            text("Generator: noise maps are ", options.noise_maps.size(), ", expected ", layers, ", one a layer"));
    for (std::size_t l = 0; l < layers; ++l) {
        const auto& stored = synthesis_.noise()[l];
        all.strength.push_back(Scalar(1));
        for (const auto& s : options.noise_strength)
            if (static_cast<int>(l) >= s.first && static_cast<int>(l) <= s.last)
                all.strength.back() = static_cast<Scalar>(s.strength);
        if (options.noise == Noise::constant) {
            all.maps.push_back(stored.template view<4>());
        } else if (options.noise == Noise::random) {
            const Maps<Scalar> map = context_->take(batch, 1, stored.shape()[2], stored.shape()[3]);
            ops::random_normal(*context_,
                               RandomStream(options.noise_seed, 0, Purpose::noise, static_cast<std::uint32_t>(l)),
                               map.size(), map.data);
            all.maps.push_back(map);
        } else {
            const auto& given = options.noise_maps[l];
            const Maps<Scalar> map =
                context_->take(static_cast<Index>(given.shape(0)), static_cast<Index>(given.shape(1)),
                               static_cast<Index>(given.shape(2)), static_cast<Index>(given.shape(3)));
            context_->upload(given.data(), map.size(), map.data);
            all.maps.push_back(map);
        }
    }
    return all;
}

/// A generator whose architecture is given while running.
template <class Device = Cpu>
using AnyGenerator = BasicGenerator<run_time, Device>;

template <auto A, class Device>
class BasicGenerator : public AnyGenerator<Device> {
    static_assert(A.flaw() == nullptr,
                  "stylegan::BasicGenerator: this Architecture cannot be built; A.flaw() says why");

public:
    static constexpr Size picture = A.picture();
    using typename AnyGenerator<Device>::Scalar;
    using typename AnyGenerator<Device>::Options;
    using typename AnyGenerator<Device>::Latents;
    using typename AnyGenerator<Device>::LayerStyles;

    /// With random weights.
    explicit BasicGenerator(std::uint64_t seed = 0, Device device = {}) : AnyGenerator<Device>(A, seed, device) {}
    /// For weights that are loaded next.
    explicit BasicGenerator(Uninitialized, Device device = {})
        : AnyGenerator<Device>(A, std::make_shared<Context<Device>>(device), uninitialized) {}

    using AnyGenerator<Device>::operator();
    using AnyGenerator<Device>::map;
    using AnyGenerator<Device>::synthesize;

    /// Typed forms of the calls above: a wrong width is a compile error.
    template <int Latent>
    [[nodiscard]] Vectors<Device, A.w_size()> map(const Vectors<Device, Latent>& latents) const {
        const Vectors<Device, A.latent_size>& z = latents;
        static_assert(A.label_size == 0,
                      "stylegan::BasicGenerator: a network with labels maps z together with its labels");
        Vectors<Device, A.w_size()> w(z.batch());
        const Workspace::Frame frame(this->context().workspace());
        this->mapping().forward(this->context(), z.view(), {}, w.view());
        return w;
    }

    /// Style mixing, for networks with styles.
    [[nodiscard]] LayerStyles mix(const ArrayRef<const Scalar, 2>& w, const ArrayRef<const Scalar, 2>& second,
                                  const std::vector<int>& layers) const {
        static_assert(A.use_styles, "stylegan::BasicGenerator: this architecture has no styles to mix");
        return AnyGenerator<Device>::mix(w, second, layers);
    }
};

/// The paper's generator (configuration F) for pictures of Res x Res.
template <int Res, class Device = Cpu>
using Generator = BasicGenerator<at_resolution(config_f, Res), Device>;

#ifdef STYLEGAN_COMPILED
extern template class BasicGenerator<run_time, Cpu>;
#endif

}  // namespace stylegan
