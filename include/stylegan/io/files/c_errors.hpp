// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <csetjmp>
#include <cstring>
#include <string>

namespace stylegan::detail {

/// Where an error inside a C library that reports errors by not returning (libpng, libjpeg) comes out again.
struct CErrorExit {
    std::jmp_buf jump;
    char message[256] = "";

    [[noreturn]] void leave(const char* why) {
        std::strncpy(message, why, sizeof message - 1);
        std::longjmp(jump, 1);
    }
};

/// Runs work(), which calls a C library, and turns the library's error exit into an exception.
/// Between here and the C library no object with a destructor may be alive, as longjmp would pass it by: whatever owns
/// memory belongs to the caller of this function.
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
