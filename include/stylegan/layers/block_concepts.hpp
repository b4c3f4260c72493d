// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/layers/layer_inputs.hpp>
#include <stylegan/layers/pass.hpp>

#include <array>
#include <concepts>
#include <string>

/// Concepts for blocks and mapping networks of your own, which take the place of the paper's in a network. Each concept
/// lists the members that the network calls. check_...() names the first missing one in a sentence.
namespace stylegan {

namespace detail {

struct AnyVisitor {
    template <class P>
    void operator()(const std::string&, P&) const {}
};

template <class B>
concept HasCache = requires {
    typename B::Cache;
}
&&std::default_initializable<typename B::Cache>;

template <class B, class... Arguments>
concept BuiltFrom = std::constructible_from<B, Arguments...>;

template <class B>
concept HasOutputShape = requires(const B& b, Index batch) {
    { b.output_shape(batch) } -> std::convertible_to<Shape4>;
};

template <class B>
concept HasVisit = requires(B& b, const B& reader, const std::string& prefix, AnyVisitor f) {
    B::visit(b, prefix, f);
    B::visit(reader, prefix, f);
};

template <class B, class D, class S = typename D::Scalar>
concept SynthesisForward = requires(const B& b, Context<D>& c, Maps<const S> x, const LayerInputs<S>& in, Maps<S> y,
                                    typename B::Cache* cache) {
    b.forward(c, x, in, y, cache);
};

template <class B, class D, class S = typename D::Scalar>
concept SynthesisBackward = requires(B& b, Context<D>& c, typename B::Cache& cache, Maps<const S> dy, Maps<S> dx,
                                     std::array<Rows<S>, 2> dw, Pass pass) {
    b.backward(c, cache, dy, dx, dw, pass);
};

template <class B, class D, class S = typename D::Scalar>
concept MapsForward = requires(const B& b, Context<D>& c, Maps<const S> x, Maps<S> y, typename B::Cache* cache) {
    b.forward(c, x, y, cache);
};

template <class B, class D, class S = typename D::Scalar>
concept MapsBackward = requires(B& b, Context<D>& c, typename B::Cache& cache, Maps<const S> dy, Maps<S> dx,
                                Pass pass) {
    b.backward(c, cache, dy, dx, pass);
};

template <class B, class D, class S = typename D::Scalar>
concept MapsTangent = requires(const B& b, Context<D>& c, typename B::Cache& cache, Maps<const S> x_dot,
                               Maps<S> y_dot) {
    b.tangent(c, cache, x_dot, y_dot);
};

template <class B, class D, class S = typename D::Scalar>
concept MapsBackwardTangent = requires(B& b, Context<D>& c, typename B::Cache& cache, Maps<const S> dy_dot,
                                       Maps<S> dx_dot) {
    b.backward_tangent(c, cache, dy_dot, dx_dot);
};

template <class M, class D, class S = typename D::Scalar>
concept MappingForward = requires(const M& m, Context<D>& c, Rows<const S> z, Rows<const S> labels, Rows<S> w,
                                  typename M::Cache* cache) {
    m.forward(c, z, labels, w, cache);
};

template <class M, class D, class S = typename D::Scalar>
concept MappingBackward = requires(M& m, Context<D>& c, typename M::Cache& cache, Rows<const S> dw, Rows<S> dz,
                                   Pass pass) {
    m.backward(c, cache, dw, dz, pass);
};

template <class M>
concept HasOutputs = requires(const M& m) {
    { m.outputs() } -> std::convertible_to<Index>;
};

template <class Member>
struct ClassOf;
template <class Member, class Class>
struct ClassOf<Member Class::*> {
    using type = Class;
};

/// Whether two members belong to the same class. It does not compile for templates and overloads, where this is
/// unknown. A block that derives from another and has a forward() of its own must not run with inherited passes.
template <auto Member, auto Other>
inline constexpr bool of_one_class =
    std::same_as<typename ClassOf<decltype(Member)>::type, typename ClassOf<decltype(Other)>::type>;

template <class B>
concept InheritsBackward = requires {
    requires !of_one_class<&B::forward, &B::backward>;
};
template <class B>
concept InheritsTangent = requires {
    requires !of_one_class<&B::forward, &B::tangent>;
};
template <class B>
concept InheritsBackwardTangent = requires {
    requires !of_one_class<&B::backward, &B::backward_tangent>;
};

/// Whether forward_styled() belongs to the same class as forward(), and so computes the same.
template <class B>
concept StyledForward = requires(const B& b) {
    { b.styled() } -> std::same_as<bool>;
    requires of_one_class<&B::forward, &B::forward_styled>;
};

}  // namespace detail

/// A block of SynthesisNetwork. AnySynthesisBlock is the paper's.
template <class Block, class Device>
concept SynthesisBlockOf =
    detail::HasCache<Block> && detail::BuiltFrom<Block, const Architecture&, int> && detail::HasOutputShape<Block> &&
    detail::SynthesisForward<Block, Device> && detail::SynthesisBackward<Block, Device> && detail::HasVisit<Block>;

/// A block of DiscriminatorNetwork. AnyDiscriminatorBlock is the paper's. R1 differentiates it twice.
template <class Block, class Device>
concept DiscriminatorBlockOf = detail::HasCache<Block> && detail::BuiltFrom<Block, const Architecture&, int> &&
    detail::HasOutputShape<Block> && detail::MapsForward<Block, Device> && detail::MapsBackward<Block, Device> &&
    detail::MapsTangent<Block, Device> && detail::MapsBackwardTangent<Block, Device> && detail::HasVisit<Block>;

/// A mapping network of a generator. AnyMappingNetwork is the paper's.
template <class Mapping, class Device>
concept MappingNetworkOf =
    detail::HasCache<Mapping> && detail::BuiltFrom<Mapping, const Architecture&> && detail::HasOutputs<Mapping> &&
    detail::MappingForward<Mapping, Device> && detail::MappingBackward<Mapping, Device> && detail::HasVisit<Mapping>;

/// A compile error names the first member that the block lacks.
template <class Block, class Device>
consteval bool check_synthesis_block() {
    static_assert(detail::HasCache<Block>, "stylegan::SynthesisNetwork: the block lacks a type Cache with a default");
    static_assert(detail::BuiltFrom<Block, const Architecture&, int>,
                  "stylegan::SynthesisNetwork: the block lacks a constructor (const Architecture&, int stage)");
    static_assert(detail::HasOutputShape<Block>,
                  "stylegan::SynthesisNetwork: the block lacks output_shape(Index batch) const, which returns Shape4");
    if constexpr (detail::HasCache<Block>) {
        static_assert(
            detail::SynthesisForward<Block, Device>,
            "stylegan::SynthesisNetwork: the block lacks forward(context, x, const LayerInputs&, y, Cache*) const");
        static_assert(detail::SynthesisBackward<Block, Device>,
                      "stylegan::SynthesisNetwork: the block lacks backward(context, Cache&, dy, dx, dw, Pass)");
        static_assert(!detail::InheritsBackward<Block>,
                      "stylegan::SynthesisNetwork: the block has a forward() of its own, but inherits backward()");
    }
    static_assert(
        detail::HasVisit<Block>,
        "stylegan::SynthesisNetwork: the block lacks static visit(self, prefix, f), which names its parameters");
    return true;
}

/// A compile error names the first member that the block lacks.
template <class Block, class Device>
consteval bool check_discriminator_block() {
    static_assert(detail::HasCache<Block>,
                  "stylegan::DiscriminatorNetwork: the block lacks a type Cache with a default");
    static_assert(detail::BuiltFrom<Block, const Architecture&, int>,
                  "stylegan::DiscriminatorNetwork: the block lacks a constructor (const Architecture&, int stage)");
    static_assert(
        detail::HasOutputShape<Block>,
        "stylegan::DiscriminatorNetwork: the block lacks output_shape(Index batch) const, which returns Shape4");
    if constexpr (detail::HasCache<Block>) {
        static_assert(detail::MapsForward<Block, Device>,
                      "stylegan::DiscriminatorNetwork: the block lacks forward(context, x, y, Cache*) const");
        static_assert(detail::MapsBackward<Block, Device>,
                      "stylegan::DiscriminatorNetwork: the block lacks backward(context, Cache&, dy, dx, Pass)");
        static_assert(detail::MapsTangent<Block, Device>,
                      "stylegan::DiscriminatorNetwork: the block lacks tangent(context, Cache&, x_dot, y_dot) const");
        static_assert(
            detail::MapsBackwardTangent<Block, Device>,
            "stylegan::DiscriminatorNetwork: the block lacks backward_tangent(context, Cache&, dy_dot, dx_dot)");
        static_assert(!detail::InheritsBackward<Block> && !detail::InheritsTangent<Block> &&
                          !detail::InheritsBackwardTangent<Block>,
                      "stylegan::DiscriminatorNetwork: the block has a forward() of its own, but inherits backward(), "
                      "tangent() or backward_tangent()");
    }
    static_assert(
        detail::HasVisit<Block>,
        "stylegan::DiscriminatorNetwork: the block lacks static visit(self, prefix, f), which names its parameters");
    return true;
}

/// A compile error names the first member that the mapping network lacks.
template <class Mapping, class Device>
consteval bool check_mapping_network() {
    static_assert(detail::HasCache<Mapping>, "stylegan::Generator: the mapping lacks a type Cache with a default");
    static_assert(detail::BuiltFrom<Mapping, const Architecture&>,
                  "stylegan::Generator: the mapping lacks a constructor (const Architecture&)");
    static_assert(detail::HasOutputs<Mapping>,
                  "stylegan::Generator: the mapping lacks outputs() const, the length of w");
    if constexpr (detail::HasCache<Mapping>) {
        static_assert(detail::MappingForward<Mapping, Device>,
                      "stylegan::Generator: the mapping lacks forward(context, z, labels, w, Cache*) const");
        static_assert(detail::MappingBackward<Mapping, Device>,
                      "stylegan::Generator: the mapping lacks backward(context, Cache&, dw, dz, Pass)");
    }
    static_assert(detail::HasVisit<Mapping>,
                  "stylegan::Generator: the mapping lacks static visit(self, prefix, f), which names its parameters");
    return true;
}

}  // namespace stylegan
