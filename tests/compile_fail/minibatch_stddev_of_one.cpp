// expect: stylegan::MinibatchStddev: Group must be at least 2
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/minibatch_stddev.hpp>

int main() {
    const stylegan::MinibatchStddev<1> layer;
    (void)layer;
}
