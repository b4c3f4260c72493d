// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <initializer_list>
#include <sstream>
#include <stdexcept>
#include <string>

namespace stylegan {

/// The base of all errors that this library throws. The message is one sentence that names what was found and what was
/// expected.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A batch, width or resolution that does not fit.
class ShapeError : public Error {
public:
    using Error::Error;
};

/// An option whose value is out of range.
class ValueError : public Error {
public:
    using Error::Error;
};

/// A file or folder that cannot be opened, read or written.
class FileError : public Error {
public:
    using Error::Error;
};

/// A file whose content violates its format, or is not what its reader needs.
class FormatError : public Error {
public:
    using Error::Error;
};

/// Training that cannot succeed any more: gradients are not finite step after step.
class DivergenceError : public Error {
public:
    using Error::Error;
};

/// A device (threads, GPU) that cannot do what is asked of it.
class DeviceError : public Error {
public:
    using Error::Error;
};

namespace detail {

/// A value, and the function that writes it to a stream. There is one function for each type instead of one for each
/// message: messages would otherwise make up a third of a generator's code.
struct TextPart {
    const void* value;
    void (*write)(std::ostream& out, const void* value);

    template <class T>
    explicit TextPart(const T& part)
        : value(&part), write([](std::ostream& out, const void* v) { out << *static_cast<const T*>(v); }) {}
    explicit TextPart(const char* part)
        : value(part), write([](std::ostream& out, const void* v) { out << static_cast<const char*>(v); }) {}
    template <std::size_t N>
    explicit TextPart(const char (&part)[N]) : TextPart(static_cast<const char*>(part)) {}
};

[[nodiscard, gnu::noinline, gnu::cold]] inline std::string text_of(std::initializer_list<TextPart> parts) {
    std::ostringstream out;
    for (const TextPart& part : parts) part.write(out, part.value);
    return out.str();
}

}  // namespace detail

/// Joins its arguments as a stream does: `throw ShapeError(text("w has ", n, " rows, expected ", m));`
template <class... Parts>
[[nodiscard]] std::string text(const Parts&... parts) {
    return detail::text_of({detail::TextPart(parts)...});
}

namespace detail {

[[noreturn, gnu::noinline, gnu::cold]] inline void throw_unequal(const char* where, const char* what, TextPart found,
                                                                 TextPart expected) {
    throw ShapeError(text_of(
        {TextPart(where), TextPart(": "), TextPart(what), TextPart(" is "), found, TextPart(", expected "), expected}));
}

}  // namespace detail

/// @throws ShapeError unless found == expected: "AdaIN: batch of w is 3, expected 2"
template <class A, class B>
void require_equal(const char* where, const char* what, const A& found, const B& expected) {
    if (found != expected) detail::throw_unequal(where, what, detail::TextPart(found), detail::TextPart(expected));
}

}  // namespace stylegan
