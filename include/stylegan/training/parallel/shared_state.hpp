// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/buffer.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/device/communicator.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace stylegan {

/// Gives all ranks the parameters of rank 0.
/// @param network  a network, or a trainer with all that a snapshot holds
/// @throws DeviceError
template <class Network>
void broadcast_parameters(Communicator& ranks, Network& network) {
    if (ranks.size() == 1) return;
    for_each_parameter(network, [&](const std::string&, auto& p) {
        auto values = download(p.value());
        ranks.broadcast(std::as_writable_bytes(std::span(values)));
        if (ranks.rank() != 0) upload(values, p.value());
    });
}

}  // namespace stylegan
