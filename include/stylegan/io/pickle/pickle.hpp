// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pickle/pickle_builder.hpp>
#include <stylegan/io/pickle/pickle_text.hpp>

#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan {

/// Reads Python's pickles of protocols 0 to 5 as data: a stack machine that knows the constructors of
/// pickle_constructors.hpp and refuses every other by name. Nothing that is in a file is ever executed, and no file
/// makes it recurse or take more than its limits.
/// @see Python's pickletools, which documents every operation
class PickleMachine {
public:
    /// @param bytes       must outlive the pickle's values
    /// @param persistent  whether there may be references to storages of PyTorch
    PickleMachine(Pickle& pickle, std::span<const std::uint8_t> bytes, bool persistent = false,
                  const PickleLimits& limits = {})
        : pickle_(pickle), bytes_(bytes), persistent_(persistent), build_(pickle, limits) {}

    /// Runs one pickle, from byte `start` on. @throws FormatError with the byte at which it cannot go on
    [[nodiscard]] PickleValue run(std::size_t start = 0) {
        at_ = start;
        stack_.clear();
        marks_.clear();
        memo_.clear();
        put_aside_ = 0;
        while (true) {
            begin_ = at_;
            const std::uint8_t operation = byte();
            if (operation == '.') break;
            step(operation);
            if (stack_.size() > build_.limits().objects) fail("needs a larger stack than any network's file");
        }
        return build_.value(pop());
    }

    /// The byte after the pickle.
    [[nodiscard]] std::size_t position() const { return at_; }

private:
    using Reference = PickleReference;

    [[noreturn]] void fail(const std::string& what) const { pickle_.fail(begin_, what); }

    // ---- reading
    std::span<const std::uint8_t> take(std::uint64_t size) {
        if (size > bytes_.size() - at_)
            fail(text("is cut off: wants ", size, " bytes, and ", bytes_.size() - at_, " are left"));
        const auto part = bytes_.subspan(at_, static_cast<std::size_t>(size));
        at_ += static_cast<std::size_t>(size);
        return part;
    }
    std::uint8_t byte() { return take(1)[0]; }
    std::uint64_t number(std::size_t width) {
        std::uint64_t v = 0;
        const auto part = take(width);
        for (std::size_t i = 0; i < width; ++i) v |= std::uint64_t{part[i]} << (8 * i);
        return v;
    }
    std::string_view characters(std::uint64_t size) {
        const auto part = take(size);
        return {reinterpret_cast<const char*>(part.data()), part.size()};  // NOLINT: bytes as text
    }
    std::string_view line() {
        const auto rest = bytes_.subspan(at_);
        const auto* const end =
            rest.empty() ? nullptr : static_cast<const std::uint8_t*>(std::memchr(rest.data(), '\n', rest.size()));
        if (end == nullptr) fail("is cut off in a line of text");
        const std::string_view s = characters(static_cast<std::uint64_t>(end - rest.data()));
        ++at_;
        return s;
    }

    // ---- the stack
    void push(detail::PickleContent content) { push_reference(build_.add(std::move(content), begin_)); }
    void push_reference(Reference r) { stack_.push_back(r); }
    Reference pop() {
        if (stack_.size() <= floor()) fail("takes a value where the stack has none");
        const Reference r = stack_.back();
        stack_.pop_back();
        return r;
    }
    [[nodiscard]] Reference top() const {
        if (stack_.size() <= floor()) fail("takes a value where the stack has none");
        return stack_.back();
    }
    [[nodiscard]] std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
    std::vector<Reference> pop_to_mark() {
        if (marks_.empty()) fail("looks for a mark where there is none");
        std::vector<Reference> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
        stack_.resize(marks_.back());
        marks_.pop_back();
        return items;
    }
    void push_tuple(std::size_t size) {
        if (stack_.size() - floor() < size) fail("makes a tuple of values that the stack does not have");
        const std::vector<Reference> items(stack_.end() - static_cast<std::ptrdiff_t>(size), stack_.end());
        stack_.resize(stack_.size() - size);
        push_reference(build_.add_list(items, begin_));
    }

    // ---- the memo
    // Python counts the values that it puts aside, so that their numbers are places in a list.
    void put(std::uint64_t key) {
        if (key >= build_.limits().objects)
            fail(text("puts value ", key, " aside, expected at most ", build_.limits().objects));
        if (key >= memo_.size()) memo_.resize(static_cast<std::size_t>(key) + 1);
        std::optional<Reference>& place = memo_[static_cast<std::size_t>(key)];
        if (!place) ++put_aside_;
        place = top();
    }
    void get(std::uint64_t key) {
        if (key >= memo_.size() || !memo_[static_cast<std::size_t>(key)])
            fail(text("recalls value ", key, ", which was never put aside"));
        push_reference(*memo_[static_cast<std::size_t>(key)]);
    }

    // ---- numbers and text in lines, of protocol 0
    std::uint64_t decimal() {
        const std::string_view s = line();
        std::uint64_t v = 0;
        const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), v);
        if (error != std::errc{} || end != s.data() + s.size())
            fail(text('"', PickleBuilder::printable(s), "\" is not the number of a value"));
        return v;
    }
    void push_decimal(bool may_be_boolean) {
        std::string_view s = line();
        if (may_be_boolean && (s == "00" || s == "01")) return push(s == "01");
        const std::string_view whole = s;
        if (s.ends_with('L')) s.remove_suffix(1);
        std::int64_t v = 0;
        const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), v);
        if (error != std::errc{} || end != s.data() + s.size())
            fail(text('"', PickleBuilder::printable(whole), "\" is not an integer of at most 64 bits"));
        push(v);
    }
    void push_float() {
        const std::string_view s = line();
        double v = 0;
        const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), v);
        if (error != std::errc{} || end != s.data() + s.size())
            fail(text('"', PickleBuilder::printable(s), "\" is not a number"));
        push(v);
    }
    void push_long(std::uint64_t size) {
        const auto part = take(size);
        if (part.size() > 8) return push(detail::LongInteger{part});
        std::uint64_t v = part.empty() || part.back() < 0x80 ? 0 : ~std::uint64_t{0};
        for (std::size_t i = part.size(); i-- > 0;) v = (v << 8) | part[i];
        push(static_cast<std::int64_t>(v));
    }

    void push_quoted() {
        const auto characters = detail::unquoted(line());
        if (!characters) fail("is not a quoted text, or has an escape that is not known");
        push_reference(build_.add_text(*characters, begin_));
    }
    void push_unicode_line() {
        const auto characters = detail::unescaped_unicode(line());
        if (!characters) fail("has an escape that is not hexadecimal");
        push_reference(build_.add_text(*characters, begin_));
    }

    // ---- objects
    void call() {
        const Reference arguments = pop(), callable = pop();
        push_reference(build_.call(callable, arguments, begin_));
    }
    void push_constructor(bool from_stack) {
        if (!from_stack) {
            const std::string_view module = line();
            return push_reference(build_.add_constructor(module, line(), begin_));
        }
        const PickleValue name = build_.value(pop()), module = build_.value(pop());
        push_reference(build_.add_constructor(module.characters(), name.characters(), begin_));
    }
    void push_persistent() {
        if (!persistent_) fail("refers to something outside of the file");
        push_reference(build_.persistent(pop(), begin_));
    }

    void step(std::uint8_t operation) {
        switch (operation) {
            case 0x80:  // PROTO
                if (const std::uint8_t protocol = byte(); protocol > 5)
                    fail(text("is of protocol ", int{protocol}, ", expected 0 to 5"));
                return;
            case 0x95:  // FRAME
                if (const std::uint64_t size = number(8); size > bytes_.size() - at_)
                    fail(text("is cut off: announces ", size, " bytes, and ", bytes_.size() - at_, " are left"));
                return;
            case '(':
                if (marks_.size() >= build_.limits().depth)
                    fail(text("is nested more than ", build_.limits().depth, " deep"));
                return marks_.push_back(stack_.size());
            case '0':
                if (stack_.size() == floor() && !marks_.empty()) return marks_.pop_back();
                return static_cast<void>(pop());
            case '1': return static_cast<void>(pop_to_mark());
            case '2': return push_reference(top());
            case 'N': return push(std::monostate{});
            case 0x88: return push(true);
            case 0x89: return push(false);
            case 'I': return push_decimal(true);
            case 'L': return push_decimal(false);
            case 'F': return push_float();
            case 'J': return push(std::int64_t{static_cast<std::int32_t>(static_cast<std::uint32_t>(number(4)))});
            case 'K': return push(static_cast<std::int64_t>(number(1)));
            case 'M': return push(static_cast<std::int64_t>(number(2)));
            case 0x8A: return push_long(number(1));
            case 0x8B: return push_long(number(4));
            case 'G': {
                std::uint64_t bits = 0;
                for (const std::uint8_t b : take(8)) bits = (bits << 8) | b;
                return push(std::bit_cast<double>(bits));
            }
            case 'S': return push_quoted();
            case 'V': return push_unicode_line();
            case 'T': return push(characters(number(4)));
            case 'U': return push(characters(number(1)));
            case 'X': return push(characters(number(4)));
            case 0x8C: return push(characters(number(1)));
            case 0x8D: return push(characters(number(8)));
            case 'B': return push(StoredBytes(take(number(4))));
            case 'C': return push(StoredBytes(take(number(1))));
            case 0x8E: return push(StoredBytes(take(number(8))));
            case 0x96: return push(StoredBytes(take(number(8))));
            case ')':
            case ']':
            case 0x8F: return push(detail::PickleList{});
            case '}': return push(detail::PickleDictionary{});
            case 't':
            case 'l':
            case 0x91: return push_reference(build_.add_list(pop_to_mark(), begin_));
            case 0x85: return push_tuple(1);
            case 0x86: return push_tuple(2);
            case 0x87: return push_tuple(3);
            case 'd': {
                const std::vector<Reference> items = pop_to_mark();
                const Reference r = build_.add(detail::PickleDictionary{}, begin_);
                build_.set_items(r, items.data(), items.size(), begin_);
                return push_reference(r);
            }
            case 'a': {
                const Reference item = pop();
                return build_.append(top(), &item, 1, begin_);
            }
            case 'e':
            case 0x90: {
                const std::vector<Reference> items = pop_to_mark();
                return build_.append(top(), items.data(), items.size(), begin_);
            }
            case 's': {
                const Reference v = pop(), pair[2] = {pop(), v};
                return build_.set_items(top(), pair, 2, begin_);
            }
            case 'u': {
                const std::vector<Reference> items = pop_to_mark();
                return build_.set_items(top(), items.data(), items.size(), begin_);
            }
            case 'p': return put(decimal());
            case 'q': return put(number(1));
            case 'r': return put(number(4));
            case 0x94: return put(put_aside_);
            case 'g': return get(decimal());
            case 'h': return get(number(1));
            case 'j': return get(number(4));
            case 'c': return push_constructor(false);
            case 0x93: return push_constructor(true);
            case 'R':
            case 0x81: return call();
            case 0x92:  // NEWOBJ_EX
                if (const PickleValue keywords = build_.value(pop()); !keywords.is_dictionary() || keywords.size() > 0)
                    fail("calls with keywords, which no known constructor takes");
                return call();
            case 'i':
            case 'o': {
                const std::vector<Reference> items = pop_to_mark();
                if (operation == 'o' && items.empty()) fail("makes an object of no class");
                if (operation == 'i') push_constructor(false);
                const Reference callable = operation == 'i' ? pop() : items[0];
                const std::vector<Reference> arguments(items.begin() + (operation == 'o' ? 1 : 0), items.end());
                return push_reference(build_.call(callable, build_.add_list(arguments, begin_), begin_));
            }
            case 'b': {
                const Reference state = pop();
                return build_.set_state(top(), state, begin_);
            }
            case 'Q': return push_persistent();
            default: fail(text("operation ", int{operation}, " is not one that a network's file needs"));
        }
    }

    Pickle& pickle_;
    std::span<const std::uint8_t> bytes_;
    bool persistent_;
    PickleBuilder build_;
    std::size_t at_ = 0, begin_ = 0;
    std::vector<Reference> stack_;
    std::vector<std::size_t> marks_;
    std::vector<std::optional<Reference>> memo_;
    std::size_t put_aside_ = 0;
};

}  // namespace stylegan
