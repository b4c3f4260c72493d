// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <ranges>
#include <type_traits>
#include <vector>

namespace stylegan {

/// What asynchronous work is given: all addresses that it reads and writes, and all numbers that kernels get by value.
/// Work with an equal key may be repeated as it was recorded; a key that lacks one of them repeats old work.
///
///     const ReplayKey key(context.workspace().generation(), styles, pictures, level.stage, level.fade);
class ReplayKey {
public:
    ReplayKey() = default;

    /// Whatever add() takes, in this order.
    template <class... T>
    requires(sizeof...(T) > 0 && !(std::same_as<std::remove_cvref_t<T>, ReplayKey> || ...))
        ReplayKey(const T&... parts) {  // NOLINT: also from a braced list
        (add(parts), ...);
    }

    /// A whole number or an enumerator.
    template <class T>
    requires(std::integral<T> || std::is_enum_v<T>) void add(T number) {
        parts_.push_back(static_cast<std::uint64_t>(number));
    }
    /// The bits of the number: -0 differs from 0, and NaN is itself.
    void add(double number) { parts_.push_back(std::bit_cast<std::uint64_t>(number)); }

    /// An address, not what is there.
    template <class T>
    void add(const T* address) {
        parts_.push_back(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(address)));
    }
    /// The address and every extent.
    template <class T, int Rank>
    void add(const View<T, Rank>& view) {
        add(view.data);
        for (const Index extent : view.shape) add(extent);
    }
    /// Each element, and how many there are.
    template <std::ranges::input_range Range>
    void add(const Range& range) {
        std::uint64_t count = 0;
        for (const auto& element : range) {
            add(element);
            ++count;
        }
        add(count);
    }

    void clear() { parts_.clear(); }

    friend bool operator==(const ReplayKey&, const ReplayKey&) = default;

private:
    std::vector<std::uint64_t> parts_;
};

}  // namespace stylegan
