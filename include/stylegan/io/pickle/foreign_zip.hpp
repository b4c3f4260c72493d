// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/foreign_file.hpp>
#include <stylegan/io/files/stored_zip.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>

namespace stylegan::detail {

/// What a zip archive is that is no PyTorch file, and what to do about it: "is a zip archive of ..., ...".
inline std::string foreign_zip(const StoredZip& zip) {
    const auto first_with = [&](std::initializer_list<const char*> endings) {
        for (const auto& [name, entry] : zip.entries())
            for (const char* ending : endings)
                if (lower_case(name).ends_with(ending)) return name;
        return std::string();
    };
    const std::string what =
        text("is a zip archive of ", zip.entries().size(), zip.entries().size() == 1 ? " file" : " files");
    if (const std::string network = first_with({".safetensors", ".pkl", ".pth", ".pt", ".model", ".ckpt"});
        !network.empty())
        return text(what, ", with ", excerpt(network), " in it: unpack it first (unzip), and name that file");
    if (!first_with({".npy"}).empty())
        return text(what,
                    " with arrays of NumPy (.npz), not a network: latents are for --latents, w for --projected-w");
    if (!first_with({".png", ".jpg", ".jpeg", "dataset.json"}).empty())
        return text(what, " with pictures, not a network: `stylegan train --data` takes a data set");
    if (!first_with({"model.weights.h5"}).empty()) return what + " of Keras: such networks are not read";
    std::string names;
    std::size_t count = 0;
    for (const auto& [name, entry] : zip.entries())
        if (++count <= 3) names += text(count > 1 ? ", " : " (", excerpt(name, 40));
    return text(what, names.empty() ? "" : names + (count > 3 ? " ...)" : ")"),
                " without a data.pkl, expected a PyTorch file");
}

}  // namespace stylegan::detail
