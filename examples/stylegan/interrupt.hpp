// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

namespace stylegan::examples {

/// While one exists, Ctrl-C (SIGINT) and SIGTERM set a mark instead of ending the program; a second one ends it at once.
/// What the signals did before is put back at the end. One at a time.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    /// Whether a signal has come.
    [[nodiscard]] static bool requested();

private:
    struct sigaction before_int_ {
    }, before_term_{};
};

}  // namespace stylegan::examples
