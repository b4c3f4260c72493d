// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/io/files/digest.hpp>
#include <stylegan/io/pickle/pickle_limits.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan {

/// Writes the operations of Python's pickle, value by value. Each value goes to the reader's stack. Protocol 2, or 4
/// for bytes().
class PickleWriter {
public:
    using Sink = std::function<void(const void* data, std::size_t size)>;

    explicit PickleWriter(Sink sink, int protocol = 4) : sink_(std::move(sink)) {
        operation('\x80');
        number(static_cast<std::uint64_t>(protocol), 1);
    }

    void none() { operation('N'); }
    void boolean(bool v) { operation(v ? '\x88' : '\x89'); }
    void integer(std::int64_t v) {
        if (v >= INT32_MIN && v <= INT32_MAX) {
            operation('J');
            return number(static_cast<std::uint64_t>(v), 4);
        }
        operation('\x8A');
        number(8, 1);
        number(static_cast<std::uint64_t>(v), 8);
    }
    void real(double v) {
        operation('G');
        const auto bits = std::bit_cast<std::uint64_t>(v);
        for (int i = 7; i >= 0; --i) number(bits >> (8 * i), 1);
    }
    /// UTF-8
    void string(std::string_view s) {
        operation('X');
        number(s.size(), 4);
        raw(s.data(), s.size());
    }
    void bytes(const void* data, std::size_t size) {
        operation('\x8E');
        number(size, 8);
        if (size < detail::smallest_payload) return raw(data, size);
        digests_ += detail::digits_of(digest_of(DigestKind::xxh3, data, size));
        sink_(data, size);
    }
    /// A name that the reader imports.
    void global(std::string_view module, std::string_view name) {
        operation('c');
        raw(module.data(), module.size());
        raw("\n", 1);
        raw(name.data(), name.size());
        raw("\n", 1);
    }

    // A container: mark() or begin, its items, end.
    void mark() { operation('('); }
    void end_tuple() { operation('t'); }
    void end_list() { operation('l'); }
    void empty_tuple() { operation(')'); }
    void begin_dictionary() {
        operation('}');
        mark();
    }
    void end_dictionary() { operation('u'); }  // the items are keys and values in turn

    void extents(const std::vector<Index>& shape) {
        mark();
        for (const Index n : shape) integer(n);
        end_tuple();
    }

    // Operations on the topmost values of the stack.
    void call() { operation('R'); }            // callable, arguments
    void make_object() { operation('\x81'); }  // class, arguments
    void set_state() { operation('b'); }       // object, state
    void persistent() { operation('Q'); }      // identity
    void stop() { operation('.'); }

    /// What digests() begins with.
    static constexpr std::string_view start_of_digests = "#xxh3 ";

    /// A line to be written after the pickle, which ends before it for any reader: the XXH3 of all of its bytes beside
    /// those of bytes() of 1024 and more, and the XXH3 of each of these.
    [[nodiscard]] std::string digests() const {
        return text(start_of_digests, detail::digits_of(digest_.value()), digests_, '\n');
    }

private:
    void operation(char c) { raw(&c, 1); }
    void number(std::uint64_t v, std::size_t width) {
        char bytes[8];
        for (std::size_t i = 0; i < width; ++i) bytes[i] = static_cast<char>(static_cast<std::uint8_t>(v >> (8 * i)));
        raw(bytes, width);
    }
    void raw(const void* data, std::size_t size) {
        digest_.add(data, size);
        sink_(data, size);
    }

    Sink sink_;
    Digest digest_{DigestKind::xxh3};  // of the bytes beside large payloads
    std::string digests_;              // of large payloads
};

}  // namespace stylegan
