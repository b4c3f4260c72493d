// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/layers/initialize.hpp>
#include <stylegan/models/discriminator_network.hpp>
#include <stylegan/models/uninitialized.hpp>
#include <stylegan/ops/resampling/downscale2d.hpp>

#include <xtensor/xtensor.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace stylegan {

/// A discriminator whose architecture is given at run time. Discriminator<1024> and BasicDiscriminator<A> derive from
/// it.
///
/// Array arguments are of xtensor or Eigen, spans or views (see ArrayRef), in CPU memory. Results are of xtensor.
///
/// Threads: one thread at a time, since all calls use the discriminator's own context.
///
/// @tparam D  the device
/// @tparam N  the network on views; DiscriminatorNetwork<D, MyBlock> for your own block
/// @see Karras et al. (2018), table 2; Karras, Laine, Aila (2019), appendix C
template <class D = Cpu, class N = DiscriminatorNetwork<D>>
class AnyDiscriminator {
public:
    using Device = D;
    using Network = N;  ///< the network on views
    using Scalar = typename D::Scalar;
    using Pictures = xt::xtensor<Scalar, 4>;  ///< (N, num_channels, H, W)
    using Scores = xt::xtensor<Scalar, 2>;    ///< (N, 1)

    /// With random weights.
    /// @throws ValueError if the architecture has a flaw
    explicit AnyDiscriminator(const Architecture& a, std::uint64_t seed = 0, D device = {});
    /// The same with a context that other networks share.
    AnyDiscriminator(const Architecture& a, std::shared_ptr<Context<D>> context, std::uint64_t seed);
    /// The same without drawing weights, for weights that are loaded next.
    AnyDiscriminator(const Architecture& a, std::shared_ptr<Context<D>> context, Uninitialized);

    [[nodiscard]] const Architecture& architecture() const { return network_.architecture(); }
    [[nodiscard]] Context<D>& context() const { return *context_; }

    /// Scores of pictures. A higher score means that a picture looks more real.
    /// @param pictures  (N, num_channels, H, W), at full resolution whatever the lod; about within [-1, 1]
    /// @param labels    (N, classes), for a network with labels
    /// @param lod       level of detail, 0 for full resolution
    /// @return          (N, 1)
    /// @throws ShapeError, ValueError if an argument does not fit
    [[nodiscard]] Scores operator()(const ArrayRef<const Scalar, 4>& pictures,
                                    const ArrayRef<const Scalar, 2>& labels = {}, double lod = 0) const;

    /// The gradient of the sum of the scores with respect to the pictures. R1 penalizes its square.
    /// @return like pictures
    [[nodiscard]] Pictures picture_gradient(const ArrayRef<const Scalar, 4>& pictures,
                                            const ArrayRef<const Scalar, 2>& labels = {}, double lod = 0);

    /// The network's level of detail while it grows; 0 once it is fully grown.
    [[nodiscard]] double lod() const {
        Scalar v{};
        context_->download(network_.lod().value().data(), 1, &v);
        return static_cast<double>(v);
    }
    /// Sets the level of detail.
    /// @throws ValueError if lod is not within [0, max_lod()] of the architecture
    void set_lod(double lod);

    /// The network on views, for training.
    [[nodiscard]] N& network() { return network_; }
    [[nodiscard]] const N& network() const { return network_; }

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        N::visit(self.network_, prefix, f);
    }

private:
    static const Architecture& valid(const Architecture& a) {
        if (a.flaw()) throw ValueError(text("Architecture: ", a.flaw()));
        return a;
    }

    [[nodiscard]] Maps<const Scalar> reduced(Maps<const Scalar> pictures, Level level) const;

    [[nodiscard]] Rows<const Scalar> uploaded(Rows<const Scalar> labels, Index batch) const;

    std::shared_ptr<Context<D>> context_;
    N network_;
};

template <class D, class N>
AnyDiscriminator<D, N>::AnyDiscriminator(const Architecture& a, std::uint64_t seed, D device)
    : AnyDiscriminator(a, std::make_shared<Context<D>>(device), seed) {}

template <class D, class N>
AnyDiscriminator<D, N>::AnyDiscriminator(const Architecture& a, std::shared_ptr<Context<D>> context, std::uint64_t seed)
    : AnyDiscriminator(a, std::move(context), uninitialized) {
    initialize(*this, *context_, seed);
}

template <class D, class N>
AnyDiscriminator<D, N>::AnyDiscriminator(const Architecture& a, std::shared_ptr<Context<D>> context, Uninitialized)
    : context_(std::move(context)), network_(valid(a)) {}

template <class D, class N>
auto AnyDiscriminator<D, N>::operator()(const ArrayRef<const Scalar, 4>& pictures,
                                        const ArrayRef<const Scalar, 2>& labels, double lod) const -> Scores {
    const Workspace::Frame frame(context_->workspace());
    const Level level = Level::of(architecture(), lod);
    const Rows<Scalar> scores = context_->take(pictures.extent(0), 1);
    network_.forward(*context_, reduced(pictures.view(), level), uploaded(labels.view(), pictures.extent(0)), level,
                     scores);
    Scores out = Scores::from_shape({static_cast<std::size_t>(pictures.extent(0)), 1});
    context_->download(scores.data, scores.size(), out.data());
    return out;
}

template <class D, class N>
auto AnyDiscriminator<D, N>::picture_gradient(const ArrayRef<const Scalar, 4>& pictures,
                                              const ArrayRef<const Scalar, 2>& labels, double lod) -> Pictures {
    const Workspace::Frame frame(context_->workspace());
    const Level level = Level::of(architecture(), lod);
    const Rows<Scalar> scores = context_->take(pictures.extent(0), 1);
    const Maps<const Scalar> x = reduced(pictures.view(), level);
    typename N::Cache cache;
    network_.forward(*context_, x, uploaded(labels.view(), pictures.extent(0)), level, scores, &cache);
    context_->fill(scores, Scalar(1));
    const Maps<Scalar> dx = context_->take_like(x);
    network_.backward(*context_, cache, scores, dx, Pass::inputs);
    Maps<Scalar> large = dx;
    if (level.repeat(architecture()) > 1) {
        large = context_->take(pictures.extent(0), pictures.extent(1), pictures.extent(2), pictures.extent(3));
        ops::downscale2d_gradient(*context_, dx, level.repeat(architecture()), large);
    }
    Pictures out = Pictures::from_shape(detail::xtensor_shape(pictures.view()));
    context_->download(large.data, large.size(), out.data());
    return out;
}

template <class D, class N>
void AnyDiscriminator<D, N>::set_lod(double lod) {
    (void)Level::of(architecture(), lod);
    const auto v = static_cast<Scalar>(lod);
    context_->upload(&v, 1, network_.lod().value().data());
}

template <class D, class N>
auto AnyDiscriminator<D, N>::reduced(Maps<const Scalar> pictures, Level level) const -> Maps<const Scalar> {
    const Size s = architecture().picture();
    require_equal("Discriminator", "colour channels", pictures.extent(1), Index{architecture().num_channels});
    require_equal("Discriminator", "picture height", pictures.extent(2), Index{s.height});
    require_equal("Discriminator", "picture width", pictures.extent(3), Index{s.width});
    const Maps<Scalar> x = context_->take(pictures.extent(0), architecture().num_channels, s.height, s.width);
    context_->upload(pictures.data, x.size(), x.data);
    const int repeat = level.repeat(architecture());
    if (repeat == 1) return x;
    const Maps<Scalar> y = context_->take(x.extent(0), x.extent(1), s.height / repeat, s.width / repeat);
    ops::downscale2d(*context_, x, repeat, y);
    return y;
}

template <class D, class N>
auto AnyDiscriminator<D, N>::uploaded(Rows<const Scalar> labels, Index batch) const -> Rows<const Scalar> {
    if (architecture().label_size == 0) {
        require_equal("Discriminator", "size of labels for a network without labels", labels.size(), Index{0});
        return {};
    }
    require_equal("Discriminator", "labels", labels.extent(0), batch);
    require_equal("Discriminator", "length of a label", labels.extent(1), Index{architecture().label_size});
    const Rows<Scalar> y = context_->take(batch, architecture().label_size);
    context_->upload(labels.data, y.size(), y.data);
    return y;
}

/// A discriminator whose architecture is known at compile time.
/// @tparam A  the architecture
template <auto A, class Device = Cpu>
class BasicDiscriminator : public AnyDiscriminator<Device> {
    static_assert(A.flaw() == nullptr,
                  "stylegan::BasicDiscriminator: this Architecture cannot be built; A.flaw() says why");

public:
    explicit BasicDiscriminator(std::uint64_t seed = 0, Device device = {})
        : AnyDiscriminator<Device>(A, seed, device) {}
};

/// The paper's discriminator (configuration F) for pictures of Res x Res.
template <int Res, class Device = Cpu>
using Discriminator = BasicDiscriminator<at_resolution(config_f, Res), Device>;

#ifdef STYLEGAN_COMPILED
extern template class AnyDiscriminator<Cpu>;
#endif

}  // namespace stylegan
