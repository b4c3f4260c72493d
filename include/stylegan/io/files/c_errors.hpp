// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <csetjmp>
#include <cstring>
#include <string>

namespace stylegan::detail {

/// The way out of a C library whose error handlers must not return (libpng, libjpeg).
struct CErrorExit {
    std::jmp_buf jump;
    char message[256] = "";

    [[noreturn]] void leave(const char* why) {
        std::strncpy(message, why, sizeof message - 1);
        std::longjmp(jump, 1);
    }
};

/// Runs work(), which calls a C library, and turns the library's error exit into an exception.
/// work() must not create objects with destructors: longjmp skips them. Objects that own memory belong to the caller.
/// @throws FormatError "where: message"
template <class Work>
void call_c_library(CErrorExit& exit, const std::string& where, const Work& work) {
    if (setjmp(exit.jump) == 0) {
        work();
        return;
    }
    throw FormatError(text(where, ": ", exit.message));
}

}  // namespace stylegan::detail
