// expect: stylegan::Truncation: Latent must be at least 1
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/truncation.hpp>

int main() {
    const stylegan::Truncation<0> truncation;
    (void)truncation;
}
