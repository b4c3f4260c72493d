// SPDX-License-Identifier: Apache-2.0
#include "interrupt.hpp"

namespace stylegan::examples {
namespace {

// A signal handler can reach nothing but a static of this type.
volatile std::sig_atomic_t signalled = 0;

void mark(int) { signalled = 1; }

}  // namespace

Interrupt::Interrupt() {
    signalled = 0;
    struct sigaction action {};
    action.sa_handler = mark;
    action.sa_flags = static_cast<int>(SA_RESETHAND | static_cast<unsigned>(SA_RESTART));
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &before_int_);
    sigaction(SIGTERM, &action, &before_term_);
}

Interrupt::~Interrupt() {
    sigaction(SIGINT, &before_int_, nullptr);
    sigaction(SIGTERM, &before_term_, nullptr);
}

bool Interrupt::requested() { return signalled != 0; }

}  // namespace stylegan::examples
