// SPDX-License-Identifier: Apache-2.0
#include "layer_list.hpp"

#include "options.hpp"
#include "seed_list.hpp"

#include <stylegan/core/error.hpp>

#include <algorithm>

namespace stylegan::examples {

std::vector<int> parse_layer_list(const std::string& flag, const std::string& list, const Architecture& a) {
    const int layers = a.layers();
    struct Group {
        const char* name;
        int first, end;
    };
    for (const auto& [name, first, end] : {Group{"coarse", 0, 4}, Group{"middle", 4, 8}, Group{"fine", 8, layers}}) {
        if (list != name) continue;
        if (first >= layers)
            throw ValueError(text(flag, ": is ", list, ", layers from ", first, " on, expected layers from 0 to ",
                                  layers - 1, ", which the network has"));
        std::vector<int> all;
        for (int l = first; l < std::min(end, layers); ++l) all.push_back(l);
        return all;
    }
    const auto numbers = parse_seed_list(list);
    if (!numbers) usage_error(flag, text("is \"", list, "\", expected ", layer_list_form));
    std::vector<int> all;
    for (const std::uint32_t l : *numbers) {
        if (l >= static_cast<std::uint32_t>(layers))
            throw ValueError(text(flag, ": is ", list, ", expected layers from 0 to ", layers - 1));
        all.push_back(static_cast<int>(l));
    }
    return all;
}

}  // namespace stylegan::examples
