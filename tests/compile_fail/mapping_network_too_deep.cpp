// expect: stylegan::MappingNetwork: Layers must be 0 to 16
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/mapping_network.hpp>

int main() {
    const stylegan::MappingNetwork<17> mapping;
    (void)mapping;
}
