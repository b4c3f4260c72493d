// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/device/communicator.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/elementwise/add.hpp>
#include <stylegan/training/parallel/background_sum.hpp>
#include <stylegan/training/parallel/sum_over_ranks.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace stylegan {

/// Sums arrays, such as gradients, over the shards of a minibatch in one order, that of a binary tree:
///
///     ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7))
///
/// A rank has a power of two of shards that follow each other, so it owns a subtree; ranks add their sums along the
/// rest of the tree. So the bits of the sum are those of one process, whatever the number of ranks. While the last
/// shard is still computed, watch() lets the sums of those arrays begin that are complete.
/// @see sum_over_ranks
template <class Device>
class ShardSum {
public:
    using Scalar = typename Device::Scalar;

    /// Hears of complete gradients as long as it exists.
    class Watch {
    public:
        Watch() = default;
        explicit Watch(Context<Device>& context) : context_(&context) {}
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;
        ~Watch() {
            if constexpr (!Device::asynchronous)
                if (context_ != nullptr) context_->set_gradient_listener({});
        }

    private:
        Context<Device>* context_ = nullptr;
    };

    /// Begins a sum.
    /// @param arrays  in memory of the device; they stay where they are until finish()
    void begin(std::vector<std::span<Scalar>> arrays) {
        background_.reset();
        arrays_.clear();
        size_ = 0;
        for (const auto& a : arrays) {
            arrays_.push_back({a, size_});
            size_ += static_cast<Index>(a.size());
        }
        for (auto& sum : levels_)
            if (sum) spare_.push_back(std::move(*sum));
        levels_.clear();
    }

    /// Takes what is in the arrays as the values of the next shard of this rank.
    void add(Context<Device>& context) {
        Buffer sum = take();
        for (const Array& a : arrays_)
            context.copy(line<const Scalar>(a.values.data(), a.size()), line(sum.data() + a.at, a.size()));
        std::size_t level = 0;
        for (; level < levels_.size() && levels_[level]; ++level) {
            Buffer& left = *levels_[level];
            add_to(context, left.data(), sum.data(), sum.data(), size_);
            spare_.push_back(std::move(left));
            levels_[level].reset();
        }
        if (level == levels_.size()) levels_.emplace_back();
        levels_[level] = std::move(sum);
    }

    /// Call it before the last shard of this rank is computed, where there are several ranks; then finish() takes its
    /// values. The sums of arrays begin when the context's listener has heard of them often enough. On a device that
    /// computes asynchronously nothing happens before finish().
    /// @param passes  over the network, each of which tells once of every array that it has added to
    /// @throws DeviceError if no thread can be started
    [[nodiscard]] Watch watch(Context<Device>& context, const std::shared_ptr<Communicator>& ranks, int passes) {
        if constexpr (Device::asynchronous) {
            return Watch();
        } else {
            background_.emplace(ranks);
            passes_ = passes;
            shipped_.clear();
            ready_.clear();
            ready_size_ = 0;
            index_.clear();
            for (std::size_t i = 0; i < arrays_.size(); ++i) index_.emplace(arrays_[i].values.data(), i);
            context.set_gradient_listener([this](const Scalar* gradient) { hear(gradient); });
            return Watch(context);
        }
    }

    /// Takes what is in the arrays as the values of the last shard, and writes the sum over all shards of all ranks to
    /// them. A rank has a power of two of shards, as many as the others; there is a power of two of ranks.
    /// @throws DeviceError
    void finish(Context<Device>& context, Communicator& ranks) {
        if (background_) return finish_watched();
        add(context);
        Buffer& sum = levels_.back().value();
        if (ranks.size() > 1) add_ranks(context, ranks, sum);
        for (const Array& a : arrays_)
            context.copy(line<const Scalar>(sum.data() + a.at, a.size()), line(a.values.data(), a.size()));
    }

private:
    using Buffer = typename Device::template Buffer<Scalar>;
    struct Array {
        std::span<Scalar> values;
        Index at = 0;  // in a sum
        int told = 0;
        [[nodiscard]] Index size() const { return static_cast<Index>(values.size()); }
    };

    static constexpr Index least_to_ship = 1 << 17;  // values; half a megabyte takes longer than a message's latency

    template <class T>
    static Maps<T> line(T* data, Index n) {
        return {data, {1, 1, 1, n}};
    }

    static void add_to(Context<Device>& context, const Scalar* a, const Scalar* b, Scalar* sum, Index n) {
        if (n > 0) ops::add(context, line(a, n), line(b, n), line(sum, n));
    }

    Buffer take() {
        Buffer b;
        if (!spare_.empty()) {
            b = std::move(spare_.back());
            spare_.pop_back();
        }
        if (static_cast<Index>(b.size()) < size_) b.assign(static_cast<std::size_t>(size_), Scalar(0));
        return b;
    }

    void hear(const Scalar* gradient) {
        const auto found = index_.find(gradient);
        if (found == index_.end()) return;
        Array& a = arrays_[found->second];
        if (++a.told != passes_) return;  // more often than expected: see finish_watched()
        ready_.push_back(found->second);
        ready_size_ += a.size();
        if (ready_size_ >= least_to_ship) ship();
    }

    /// Begins with the sums of the arrays that are ready.
    void ship() {
        background_->add(values_of(ready_));
        shipped_.push_back(std::exchange(ready_, {}));
        ready_size_ = 0;
    }

    /// The sum of this rank's shards for some arrays, one after the other.
    [[nodiscard]] std::vector<Scalar> values_of(const std::vector<std::size_t>& some) const {
        std::vector<Scalar> values;
        for (const std::size_t i : some) {
            const Array& a = arrays_[i];
            const std::size_t begin = values.size();
            values.insert(values.end(), a.values.begin(), a.values.end());
            for (const auto& left : levels_) {
                const Scalar* const from = left.value().data() + a.at;
                for (std::size_t k = 0; k < a.values.size(); ++k) values[begin + k] = from[k] + values[begin + k];
            }
        }
        return values;
    }

    void write(const std::vector<std::size_t>& some, const std::vector<Scalar>& values) {
        auto from = values.begin();
        for (const std::size_t i : some) {
            const auto to = from + static_cast<std::ptrdiff_t>(arrays_[i].values.size());
            std::copy(from, to, arrays_[i].values.begin());
            from = to;
        }
    }

    void finish_watched() {
        std::vector<bool> is_shipped(arrays_.size(), false);
        for (const auto& some : shipped_)
            for (const std::size_t i : some) is_shipped[i] = true;
        std::vector<std::size_t> again;  // their sums began too early: a layer that adds twice in one pass
        for (std::size_t i = 0; i < arrays_.size(); ++i)
            if (is_shipped[i] && arrays_[i].told > passes_) again.push_back(i);
        ready_.clear();
        for (std::size_t i = 0; i < arrays_.size(); ++i)
            if (!is_shipped[i]) ready_.push_back(i);
        ready_.insert(ready_.end(), again.begin(), again.end());
        ship();
        const auto sums = background_->finish();
        background_.reset();
        for (std::size_t s = 0; s < sums.size(); ++s) write(shipped_[s], sums[s]);
    }

    void add_ranks(Context<Device>& context, Communicator& ranks, Buffer& sum) {
        Buffer other = take();
        sum_over_ranks(
            ranks, size_,
            [&](ArrayRange sent, bool into_scratch, ArrayRange received, int peer) {
                exchange(context, ranks, sum.data(), sent, into_scratch ? other.data() : sum.data(), received, peer);
            },
            [&](ArrayRange r) {
                add_to(context, sum.data() + r.begin, other.data() + r.begin, sum.data() + r.begin, r.size());
            });
        spare_.push_back(std::move(other));
    }

    void exchange(Context<Device>& context, Communicator& ranks, const Scalar* from, ArrayRange sent, Scalar* to,
                  ArrayRange received, int peer) {
        const auto part = [](auto* data, ArrayRange r) {
            return std::span(data + r.begin, static_cast<std::size_t>(r.size()));
        };
        const auto out = part(from, sent);
        const auto in = part(to, received);
        if constexpr (Device::asynchronous) {
            if (ranks.exchange_on_device(std::as_bytes(out), std::as_writable_bytes(in), peer)) return;
            host_out_.resize(out.size());
            host_in_.resize(in.size());
            context.download(out.data(), sent.size(), host_out_.data());
            ranks.exchange(std::as_bytes(std::span(host_out_)), std::as_writable_bytes(std::span(host_in_)), peer);
            context.upload(host_in_.data(), received.size(), in.data());
        } else {
            ranks.exchange(std::as_bytes(out), std::as_writable_bytes(in), peer);
        }
    }

    std::vector<Array> arrays_;
    Index size_ = 0;
    std::vector<std::optional<Buffer>> levels_;  // sums of 1, 2, 4, ... shards
    std::vector<Buffer> spare_;
    std::vector<Scalar> host_out_, host_in_;

    // ---- while the last shard is computed
    std::optional<BackgroundSum<Scalar>> background_;
    int passes_ = 0;
    std::unordered_map<const Scalar*, std::size_t> index_;  // of arrays
    std::vector<std::size_t> ready_;
    Index ready_size_ = 0;
    std::vector<std::vector<std::size_t>> shipped_;
};

}  // namespace stylegan
