// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace stylegan {

/// Everything this library throws on purpose. The message is one sentence that names what was found and what was expected.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A batch, width or resolution that does not fit, met while running.
class ShapeError : public Error {
public:
    using Error::Error;
};

/// An option whose value is out of its range.
class ValueError : public Error {
public:
    using Error::Error;
};

/// A file or folder that cannot be opened, read or written.
class FileError : public Error {
public:
    using Error::Error;
};

/// A file that was read, and whose content is not what its format or its reader demands.
class FormatError : public Error {
public:
    using Error::Error;
};

/// A device (threads, GPU) that cannot do what was asked.
class DeviceError : public Error {
public:
    using Error::Error;
};

/// Joins its arguments as a stream would: `throw ShapeError(text("w has ", n, " rows, expected ", m));`
template <class... Parts>
[[nodiscard]] std::string text(const Parts&... parts) {
    std::ostringstream out;
    (out << ... << parts);
    return out.str();
}

/// @throws ShapeError unless found == expected: "AdaIN: batch of w is 3, expected 2"
template <class A, class B>
void require_equal(const char* where, const char* what, const A& found, const B& expected) {
    if (found != expected) throw ShapeError(text(where, ": ", what, " is ", found, ", expected ", expected));
}

}  // namespace stylegan
