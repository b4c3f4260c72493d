// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/foreign_file.hpp>
#include <stylegan/io/tensors/named_tensors.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// Files of PyTorch that hold something else than a generator of StyleGAN (2019): the messages say what it is.
namespace stylegan::detail {

inline constexpr const char* networks_that_are_read =
    "generators of the first StyleGAN (2019) are read: .safetensors, the official .pkl, and PyTorch files of "
    "rosinality/style-based-gan-pytorch, huangzh13/StyleGAN.pytorch, lernapparat and genforce";

/// The networks of other programs and other papers, by a part of a name that nothing else has.
inline std::optional<std::string> foreign_network(const NamedTensors& tensors) {
    struct Known {
        std::string_view part;
        const char* what;
    };
    constexpr Known known[] = {
        {"synthesis.b4.const", "a generator of StyleGAN2 (stylegan2-ada-pytorch or stylegan3)"},
        {"synthesis.input.freqs", "a generator of StyleGAN3"},
        {".conv.modulation.weight", "a generator of StyleGAN2 (rosinality/stylegan2-pytorch)"},
        {".to_style1.weight", "a generator of StyleGAN2 (lucidrains/stylegan2-pytorch)"},
        {"synthesis.early_layer.const", "a generator of StyleGAN2 (genforce)"},
        {"style_mapping.1.", "a generator of mmgeneration"},
        {"initial_block.", "a network of a Progressive GAN in PyTorch"},
        {"vgg16_first_1.", "features of VGG16 for LPIPS, not a network that draws: they are for --vgg"},
        {"features.28.", "features of VGG16, not a network that draws: they are for --vgg"},
        {"lin0.model.1.weight", "heads of LPIPS, not a network that draws: they are for --lpips"},
        {"Mixed_5b.", "an Inception network, not a network that draws"},
        {"synthesis.layer0.weight", "a generator of genforce without a constant input, or of a Progressive GAN"}};
    for (const Known& k : known)
        for (const std::string& name : tensors.names())
            if (name.find(k.part) != std::string::npos) return k.what;
    const auto is_state = [](const std::string& name) {
        return name.starts_with("state/") || name.find("exp_avg") != std::string::npos;
    };
    if (!tensors.names().empty() && std::all_of(tensors.names().begin(), tensors.names().end(), is_state))
        return "the state of an optimizer, without a network";
    return std::nullopt;
}

/// What the tensors of a file are, where they are no network that is read: the end of a message, "holds ...; ...".
inline std::string words_of_foreign_tensors(const NamedTensors& tensors) {
    if (const auto what = foreign_network(tensors)) return text("holds ", *what, "; ", networks_that_are_read);
    const auto& opaque = tensors.opaque();
    const auto module = std::find_if(opaque.begin(), opaque.end(), [](const auto& v) { return v.module; });
    if (module != opaque.end())
        return text("holds a whole module of PyTorch (class ", excerpt(module->type),
                    "), as torch.save(model, path) writes it. It "
                    "can be read only together with its source code: load it there, and save its state dictionary "
                    "instead, torch.save(model.state_dict(), path); ",
                    networks_that_are_read);
    std::string names;
    for (std::size_t i = 0; i < std::min<std::size_t>(tensors.names().size(), 3); ++i)
        names += text(i > 0 ? ", \"" : " (\"", excerpt(tensors.names()[i]), '"');
    if (!names.empty()) names += tensors.names().size() > 3 ? " ...)" : ")";
    if (names.empty() && !opaque.empty()) names = text(", but an object of class ", excerpt(opaque[0].type));
    return text("has ", tensors.names().size(), tensors.names().size() == 1 ? " tensor" : " tensors", " of PyTorch",
                names, ", expected a generator; ", networks_that_are_read);
}

}  // namespace stylegan::detail
