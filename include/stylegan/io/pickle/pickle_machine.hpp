// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/stored_bytes.hpp>
#include <stylegan/io/pickle/pickle_builder.hpp>
#include <stylegan/io/pickle/pickle_input.hpp>
#include <stylegan/io/pickle/pickle_stack.hpp>
#include <stylegan/io/pickle/pickle_text.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan {

/// Reads Python's pickles of protocols 0 to 5 as data. It is a stack machine that knows the constructors of
/// pickle_constructors.hpp. What any other class would make becomes an opaque value; names that would run a program
/// are refused. Nothing in a file is executed, the machine does not recurse, and it keeps to its limits.
/// @see Python's pickletools, which documents every operation
class PickleMachine {
public:
    /// @param bytes       must outlive the pickle's values
    /// @param persistent  whether the pickle may refer to storages of PyTorch
    /// @param source      takes an empty digest for each large array: see PickleFile. May be null
    PickleMachine(Pickle& pickle, std::span<const std::uint8_t> bytes, bool persistent = false,
                  const PickleLimits& limits = {})
        : PickleMachine(pickle, StoredBytes(bytes), persistent, limits) {}
    PickleMachine(Pickle& pickle, const StoredBytes& bytes, bool persistent = false, const PickleLimits& limits = {},
                  TensorSource* source = nullptr)
        : input_(pickle, bytes, source),
          persistent_(persistent),
          build_(pickle, limits, persistent),
          stack_(input_, limits) {}
    PickleMachine(const PickleMachine&) = delete;
    PickleMachine& operator=(const PickleMachine&) = delete;

    /// Runs one pickle, beginning at byte `start`. @throws FormatError with the byte of the failing operation
    [[nodiscard]] PickleValue run(std::size_t start = 0) {
        input_.seek(start);
        stack_.clear();
        while (true) {
            const std::uint8_t operation = input_.operation();
            if (operation == '.') break;
            step(operation);
            if (stack_.size() > build_.limits().objects) input_.fail("needs a larger stack than any network's file");
        }
        return build_.value(stack_.pop());
    }

    /// The byte after the pickle.
    [[nodiscard]] std::size_t position() const { return input_.position(); }
    /// The XXH3 of all bytes read so far, beside those of large arrays.
    [[nodiscard]] std::uint64_t digest() { return input_.digest(); }

private:
    using Reference = PickleReference;

    [[nodiscard]] std::size_t here() const { return input_.operation_start(); }

    void push(detail::PickleContent content) { stack_.push(build_.add(std::move(content), here())); }
    void push_list(const std::vector<Reference>& items) { stack_.push(build_.add_list(items, here())); }

    // ---- numbers and text
    std::uint64_t memo_key_line() {
        const std::string_view s = input_.line();
        const auto key = detail::number_in<std::uint64_t>(s);
        if (!key) input_.fail(text('"', detail::printable(s), "\" is not the number of a value"));
        return *key;
    }
    void push_integer_line(bool may_be_boolean) {
        const std::string_view s = input_.line();
        if (may_be_boolean && (s == "00" || s == "01")) return push(s == "01");
        const auto v = detail::number_in<std::int64_t>(s.ends_with('L') ? s.substr(0, s.size() - 1) : s);
        if (!v) input_.fail(text('"', detail::printable(s), "\" is not an integer of at most 64 bits"));
        push(*v);
    }
    void push_float_line() {
        const std::string_view s = input_.line();
        const auto v = detail::number_in<double>(s);
        if (!v) input_.fail(text('"', detail::printable(s), "\" is not a number"));
        push(*v);
    }
    void push_float() {  // big-endian, unlike all other numbers
        std::uint64_t bits = 0;
        for (const std::uint8_t b : input_.take(8)) bits = (bits << 8) | b;
        push(std::bit_cast<double>(bits));
    }
    void push_int32() { push(std::int64_t{static_cast<std::int32_t>(static_cast<std::uint32_t>(input_.number(4)))}); }
    void push_long(std::uint64_t size) {
        constexpr std::size_t most = 1024;
        input_.require(size);
        if (size > most) input_.fail(text("is an integer of ", size, " bytes, expected at most ", most));
        const auto part = input_.take(static_cast<std::size_t>(size));
        if (part.size() > 8) return stack_.push(build_.add_long_integer(part, here()));
        std::uint64_t v = part.empty() || part.back() < 0x80 ? 0 : ~std::uint64_t{0};
        for (std::size_t i = part.size(); i-- > 0;) v = (v << 8) | part[i];
        push(static_cast<std::int64_t>(v));
    }
    void push_text(std::uint64_t size) {
        if (size > detail::PickleInput::longest_text) return push(detail::LongText{input_.payload(size)});
        stack_.push(build_.add_text(input_.characters(static_cast<std::size_t>(size)), here()));
    }
    void push_quoted_line() {
        auto characters = detail::unquoted(input_.line());
        if (!characters) input_.fail("is not a quoted text, or has an unknown escape");
        stack_.push(build_.add_text(*std::move(characters), here()));
    }
    void push_unicode_line() {
        auto characters = detail::unescaped_unicode(input_.line());
        if (!characters) input_.fail("has an escape that is not hexadecimal");
        stack_.push(build_.add_text(*std::move(characters), here()));
    }

    // ---- objects
    void call() {
        const Reference arguments = stack_.pop(), callable = stack_.pop();
        stack_.push(build_.call(callable, arguments, here()));
    }
    void call_with_keywords() {
        const PickleValue keywords = build_.value(stack_.pop());
        const Reference arguments = stack_.pop(), callable = stack_.pop();
        if (!keywords.is_dictionary() || (keywords.size() > 0 && !build_.is_opaque(callable)))
            input_.fail("calls with keywords, which no known constructor takes");
        stack_.push(build_.call(callable, arguments, here()));
    }
    void push_constructor_line() {
        const std::string module(input_.line());
        stack_.push(build_.add_constructor(module, input_.line(), here()));
    }
    void push_constructor() {
        const PickleValue name = build_.value(stack_.pop()), module = build_.value(stack_.pop());
        stack_.push(build_.add_constructor(module.characters(), name.characters(), here()));
    }
    /// Protocol 0's objects: the arguments since the mark, and the class in two lines or as the first of them.
    void push_object(bool class_in_lines) {
        std::vector<Reference> items = stack_.pop_to_mark();
        if (class_in_lines) {
            push_constructor_line();
            items.insert(items.begin(), stack_.pop());
        }
        if (items.empty()) input_.fail("makes an object of no class");
        const std::vector<Reference> arguments(items.begin() + 1, items.end());
        stack_.push(build_.call(items[0], build_.add_list(arguments, here()), here()));
    }
    void push_persistent() {
        if (!persistent_) input_.fail("refers to something outside of the file");
        stack_.push(build_.persistent(stack_.pop(), here()));
    }

    // ---- operations. Each function returns false for those that are not its own.
    void step(std::uint8_t operation) {
        if (read_frame(operation) || read_number(operation) || read_characters(operation) || use_stack(operation) ||
            fill_container(operation) || make_object(operation))
            return;
        input_.fail(text("operation ", int{operation}, " is not one that a network's file needs"));
    }

    bool read_frame(std::uint8_t operation) {
        switch (operation) {
            case 0x80:  // PROTO
                if (const std::uint8_t protocol = input_.byte(); protocol > 5)
                    input_.fail(text("is of protocol ", int{protocol}, ", expected 0 to 5"));
                return true;
            case 0x95:  // FRAME
                if (const std::uint64_t size = input_.number(8); size > input_.remaining())
                    input_.fail(text("is cut off: has ", input_.remaining(), " bytes left, expected ", size));
                return true;
            default: return false;
        }
    }

    bool read_number(std::uint8_t operation) {
        switch (operation) {
            case 'N': push(std::monostate{}); break;
            case 0x88: push(true); break;
            case 0x89: push(false); break;
            case 'I': push_integer_line(true); break;
            case 'L': push_integer_line(false); break;
            case 'F': push_float_line(); break;
            case 'J': push_int32(); break;
            case 'K': push(static_cast<std::int64_t>(input_.number(1))); break;
            case 'M': push(static_cast<std::int64_t>(input_.number(2))); break;
            case 0x8A: push_long(input_.number(1)); break;
            case 0x8B: push_long(input_.number(4)); break;
            case 'G': push_float(); break;
            default: return false;
        }
        return true;
    }

    bool read_characters(std::uint8_t operation) {
        switch (operation) {
            case 'S': push_quoted_line(); break;
            case 'V': push_unicode_line(); break;
            case 'U':
            case 0x8C: push_text(input_.number(1)); break;
            case 'T':
            case 'X': push_text(input_.number(4)); break;
            case 0x8D: push_text(input_.number(8)); break;
            case 'C': push(input_.payload(input_.number(1))); break;
            case 'B': push(input_.payload(input_.number(4))); break;
            case 0x8E:
            case 0x96: push(input_.payload(input_.number(8))); break;
            default: return false;
        }
        return true;
    }

    bool use_stack(std::uint8_t operation) {
        switch (operation) {
            case '(': stack_.push_mark(); break;
            case '0': stack_.pop_value_or_mark(); break;
            case '1': (void)stack_.pop_to_mark(); break;
            case '2': stack_.push(stack_.top()); break;
            case 'p': stack_.put(memo_key_line()); break;
            case 'q': stack_.put(input_.number(1)); break;
            case 'r': stack_.put(input_.number(4)); break;
            case 0x94: stack_.put_next(); break;
            case 'g': stack_.get(memo_key_line()); break;
            case 'h': stack_.get(input_.number(1)); break;
            case 'j': stack_.get(input_.number(4)); break;
            default: return false;
        }
        return true;
    }

    /// Lists stand for tuples and sets, too.
    bool fill_container(std::uint8_t operation) {
        std::vector<Reference> items;
        switch (operation) {
            case ')':
            case ']':
            case 0x8F: push(detail::PickleList{}); break;
            case '}': push(detail::PickleDictionary{}); break;
            case 't':
            case 'l':
            case 0x91: push_list(stack_.pop_to_mark()); break;
            case 0x85: push_list(stack_.pop_tuple(1)); break;
            case 0x86: push_list(stack_.pop_tuple(2)); break;
            case 0x87: push_list(stack_.pop_tuple(3)); break;
            case 'd':
                items = stack_.pop_to_mark();
                push(detail::PickleDictionary{});
                build_.set_items(stack_.top(), items, here());
                break;
            case 'a':
                items = {stack_.pop()};
                build_.append(stack_.top(), items, here());
                break;
            case 'e':
            case 0x90:
                items = stack_.pop_to_mark();
                build_.append(stack_.top(), items, here());
                break;
            case 's':
                items = {stack_.pop()};
                items.insert(items.begin(), stack_.pop());
                build_.set_items(stack_.top(), items, here());
                break;
            case 'u':
                items = stack_.pop_to_mark();
                build_.set_items(stack_.top(), items, here());
                break;
            default: return false;
        }
        return true;
    }

    bool make_object(std::uint8_t operation) {
        switch (operation) {
            case 'c': push_constructor_line(); break;
            case 0x93: push_constructor(); break;
            case 'R':
            case 0x81: call(); break;
            case 0x92: call_with_keywords(); break;
            case 'i': push_object(true); break;
            case 'o': push_object(false); break;
            case 'b': {
                const Reference state = stack_.pop();
                build_.set_state(stack_.top(), state, here());
                break;
            }
            case 'Q': push_persistent(); break;
            default: return false;
        }
        return true;
    }

    detail::PickleInput input_;
    bool persistent_;
    PickleBuilder build_;
    detail::PickleStack stack_;
};

}  // namespace stylegan
