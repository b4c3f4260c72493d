// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pickle/pickle_text.hpp>
#include <stylegan/io/pickle/pickle_value.hpp>
#include <stylegan/io/tensors/named_tensors.hpp>

#include <cstddef>
#include <string>

// A network as the official TensorFlow release pickles it: an object whose state is a dictionary with `variables`, a
// list of (name, array), and `components`, further networks by name.
namespace stylegan::detail {

/// The state of a pickled network. @throws FormatError if the value is no object, or has no state
[[nodiscard]] inline PickleValue network_state(PickleValue network) {
    if (network.is_opaque())
        network.fail(text("is an object of the class ", printable(network.opaque_class()),
                          ", expected a network; nothing was executed"));
    if (!network.is_object()) network.fail(text("is ", network.kind(), ", expected a network"));
    return network.state();
}

/// Adds the entries of `variables`, each under the prefix and its own name, in the order of the file.
inline void add_variables(NamedTensors& out, PickleValue variables, const std::string& prefix) {
    for (std::size_t i = 0; i < variables.size(); ++i) {
        const PickleValue pair = variables[i];
        if (pair.size() != 2 || !pair[1].is_array()) pair.fail("is not a variable's name and its array");
        out.add(text(prefix, pair[0].characters()), pair[1].array());
    }
}

}  // namespace stylegan::detail
