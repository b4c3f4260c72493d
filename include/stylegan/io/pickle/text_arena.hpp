// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan::detail {

/// Keeps many texts. They stay in place as long as the arena, also when it is moved.
class TextArena {
public:
    [[nodiscard]] std::string_view keep(std::string_view s) {
        if (s.empty()) return {};
        if (s.size() > room_) {
            room_ = s.size() > block_size ? s.size() : block_size;
            blocks_.emplace_back(new char[room_]);
            next_ = blocks_.back().get();
        }
        std::memcpy(next_, s.data(), s.size());
        const std::string_view kept(next_, s.size());
        next_ += s.size();
        room_ -= s.size();
        return kept;
    }

    /// The same without a copy of a long one.
    [[nodiscard]] std::string_view keep(std::string&& s) {
        if (s.size() < block_size) return keep(std::string_view(s));
        return long_ones_.emplace_back(std::move(s));
    }

private:
    static constexpr std::size_t block_size = std::size_t{1} << 16;
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::deque<std::string> long_ones_;
    char* next_ = nullptr;  // free characters of the last block
    std::size_t room_ = 0;
};

}  // namespace stylegan::detail
