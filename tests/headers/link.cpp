// SPDX-License-Identifier: Apache-2.0
// Linked with two objects that include every header; that it links is the test.
#include <stylegan/core/version.hpp>

int main() { return stylegan::version[0] < 0; }
