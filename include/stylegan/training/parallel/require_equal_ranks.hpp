// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/device/communicator.hpp>
#include <stylegan/io/files/digest.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// Ends what ranks do together unless they agree: on options, on the data set. Call it on all ranks; then all throw the
/// same error, or none.
/// @param fields  names and values
/// @throws ValueError that names the rank, its host, the field, and what rank 0 has
inline void require_equal_ranks(Communicator& ranks, const std::vector<std::pair<std::string, std::string>>& fields) {
    if (ranks.size() == 1) return;
    const std::vector<std::string> names = all_gather_text(ranks, ranks.name());
    for (const auto& [field, value] : fields) {
        const std::vector<std::string> values = all_gather_text(ranks, value);
        for (std::size_t r = 1; r < values.size(); ++r)
            if (values[r] != values[0])
                throw ValueError(text(field, ": is ", shortened(values[r]), " at ", names[r], ", expected ",
                                      shortened(values[0]), " as at ", names[0]));
    }
}

/// Ends training unless the parameters of all ranks have the same bits. They always should: a difference means broken
/// memory, another build of the program, or another kind of CPU or GPU.
/// @param network  a network, or a trainer with all that a snapshot holds
/// @throws DeviceError that names the first tensor that differs, and the rank
template <class Network>
void require_equal_parameters(Communicator& ranks, const Network& network) {
    if (ranks.size() == 1) return;
    std::vector<std::string> names;
    std::vector<std::uint64_t> digests;
    for_each_parameter(network, [&](const std::string& name, const auto& p) {
        const auto values = download(p.value());
        Digest digest(DigestKind::xxh3);
        digest.add(values.data(), values.size() * sizeof(values[0]));
        names.push_back(name);
        digests.push_back(digest.value());
    });
    const std::vector<std::uint64_t> all = all_gather(ranks, std::span<const std::uint64_t>(digests));
    const std::vector<std::string> hosts = all_gather_text(ranks, ranks.name());
    for (std::size_t i = 0; i < names.size(); ++i)
        for (std::size_t r = 1; r < hosts.size(); ++r)
            if (all[r * names.size() + i] != all[i])
                throw DeviceError(text("training: ", names[i], " has other bits at ", hosts[r], " than at ", hosts[0],
                                       ", expected the same; all ranks need one build of the program and one kind of "
                                       "processor"));
}

}  // namespace stylegan
