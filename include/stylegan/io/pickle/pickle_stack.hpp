// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pickle/pickle_input.hpp>
#include <stylegan/io/pickle/pickle_limits.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace stylegan::detail {

/// The stack of a pickle machine, with its marks, and its memo.
class PickleStack {
public:
    PickleStack(const PickleInput& input, const PickleLimits& limits) : input_(input), limits_(limits) {}

    void clear() {
        stack_.clear();
        marks_.clear();
        memo_.clear();
        memo_size_ = 0;
    }
    [[nodiscard]] std::size_t size() const { return stack_.size(); }

    void push(PickleReference r) { stack_.push_back(r); }
    PickleReference pop() {
        const PickleReference r = top();
        stack_.pop_back();
        return r;
    }
    [[nodiscard]] PickleReference top() const {
        if (stack_.size() <= floor()) input_.fail("takes a value where the stack has none");
        return stack_.back();
    }
    /// The topmost values, the last of them on top.
    std::vector<PickleReference> pop_tuple(std::size_t size) {
        if (stack_.size() - floor() < size) input_.fail("makes a tuple of values that the stack does not have");
        return pop_from(stack_.size() - size);
    }

    void push_mark() {
        if (marks_.size() >= limits_.depth) input_.fail(text("is nested more than ", limits_.depth, " deep"));
        marks_.push_back(stack_.size());
    }
    std::vector<PickleReference> pop_to_mark() {
        if (marks_.empty()) input_.fail("looks for a mark where there is none");
        std::vector<PickleReference> items = pop_from(marks_.back());
        marks_.pop_back();
        return items;
    }
    /// The topmost value, or a mark if there is no value above it.
    void pop_value_or_mark() {
        if (stack_.size() == floor() && !marks_.empty())
            marks_.pop_back();
        else
            (void)pop();
    }

    // Python numbers the values in the memo from 0, so the keys index a vector.
    void put(std::uint64_t key) {
        if (key >= limits_.objects)
            input_.fail(text("stores value ", key, " in the memo, expected at most ", limits_.objects));
        if (key >= memo_.size()) memo_.resize(static_cast<std::size_t>(key) + 1);
        std::optional<PickleReference>& place = memo_[static_cast<std::size_t>(key)];
        if (!place) ++memo_size_;
        place = top();
    }
    /// Stores the top of the stack under the number of values stored so far.
    void put_next() { put(memo_size_); }
    void get(std::uint64_t key) {
        if (key >= memo_.size() || !memo_[static_cast<std::size_t>(key)])
            input_.fail(text("takes value ", key, " from the memo, which does not have it"));
        push(*memo_[static_cast<std::size_t>(key)]);
    }

private:
    [[nodiscard]] std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

    std::vector<PickleReference> pop_from(std::size_t begin) {
        std::vector<PickleReference> items(stack_.begin() + static_cast<std::ptrdiff_t>(begin), stack_.end());
        stack_.resize(begin);
        return items;
    }

    const PickleInput& input_;
    PickleLimits limits_;
    std::vector<PickleReference> stack_;
    std::vector<std::size_t> marks_;  // sizes of the stack
    std::vector<std::optional<PickleReference>> memo_;
    std::size_t memo_size_ = 0;
};

}  // namespace stylegan::detail
