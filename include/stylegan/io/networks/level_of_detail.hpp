// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/io/networks/variable_names.hpp>
#include <stylegan/io/tensors/named_tensors.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

namespace stylegan {

/// The level of detail of a generator as a file tells it, and what it rests on.
struct LevelOfDetail {
    double lod = 0;         ///< 0 is full resolution; each 1 more leaves out a stage
    std::string basis;      ///< why it has this value, where the file does not store it; empty where it does
    bool doubtful = false;  ///< whether another level may be the right one: a program should say so
};

namespace detail {

inline bool any_number_but_zero(const NamedTensors& tensors, const std::string& name) {
    if (!tensors.contains(name)) return false;
    const std::vector<float> values = tensors.read_float(name);
    return std::any_of(values.begin(), values.end(), [](float v) { return v != 0; });
}

/// The finest stage with a sign of training, -1 if none has one. Strengths of noise and biases are 0 at first, and the
/// first step that computes a stage changes them. Growing never computes the stages above, so theirs stay 0, also in a
/// moving average.
/// @param prefix  such as "Gs/G_synthesis/"
inline int finest_trained_stage(const NamedTensors& tensors, const std::string& prefix, Size base, int stages) {
    for (int s = stages - 1; s >= 0; --s) {
        const std::string size = text(prefix, to_string(Size{base.height << s, base.width << s}), '/');
        const std::string first = size + (s == 0 ? "Const/" : "Conv0_up/"),
                          second = size + (s == 0 ? "Conv/" : "Conv1/");
        for (const std::string& name : {first + "Noise/weight", second + "Noise/weight", second + "bias",
                                        s == 0 ? second + "bias" : first + "bias",  // a port's constant has the bias 1
                                        text(prefix, "ToRGB_lod", stages - 1 - s, "/bias")})
            if (any_number_but_zero(tensors, name)) return s;
    }
    return -1;
}

/// "64x64"
inline std::string size_of_stage(Size base, int stage) {
    return to_string(Size{base.height << stage, base.width << stage});
}

}  // namespace detail

/// The level of detail of a generator whose file does not store it, from its content.
/// @param prefix  such as "Gs/G_synthesis/"
[[nodiscard]] inline LevelOfDetail inferred_level(const NamedTensors& tensors, const std::string& prefix, Size base,
                                                  int stages) {
    const int finest = detail::finest_trained_stage(tensors, prefix, base, stages);
    if (finest == stages - 1) return {0, "layers of every resolution are trained", false};
    if (finest < 0) return {0, "all layers have their initial values: this network was never trained", true};
    return {static_cast<double>(stages - 1 - finest),
            text("layers from ", detail::size_of_stage(base, finest + 1), " on have their initial values, those of ",
                 detail::size_of_stage(base, finest), " are trained"),
            true};
}

namespace detail {

/// What the content of a generator says against a stored level of detail: the level would use layers that were never
/// trained. Empty if nothing does.
[[nodiscard]] inline std::string contradiction_of_level(const NamedTensors& tensors, const std::string& prefix,
                                                        Size base, int stages, double lod) {
    const int finest = finest_trained_stage(tensors, prefix, base, stages), most = stages - 1 - finest;
    if (finest < 0 || lod > most - 1 || lod < 0) return {};
    return text("layers from ", size_of_stage(base, finest + 1), " on have their initial values, which suggests ",
                most);
}

}  // namespace detail

}  // namespace stylegan
