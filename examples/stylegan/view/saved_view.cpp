// SPDX-License-Identifier: Apache-2.0
#include "view/saved_view.hpp"

#include "drawing/edited.hpp"
#include "options/output_folder.hpp"
#include "printing/shell_word.hpp"

#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/tensors/npz.hpp>

#include <string>
#include <vector>

namespace stylegan::examples {
namespace {

/// "view0007", the first whose files are not there.
std::string free_name(const std::filesystem::path& folder) {
    for (std::size_t number = 1;; ++number) {
        std::string name = numbered_name("view", number);
        if (exists(folder / name)) continue;
        name.resize(name.size() - 4);  // without .png
        if (!exists(folder / (name + ".npz"))) return name;
    }
}

std::string command_of(const ViewOptions& o, const ViewState& s, const Architecture& a,
                       const std::filesystem::path& w) {
    std::string c = text("stylegan generate --network ", shell_word(o.network.string()));
    if (s.plain()) {
        c += text(" --seeds ", s.seed);
        if (s.psi != 1) c += text(" --trunc ", number_text(s.psi));
        if (s.psi != 1 && s.cutoff < a.layers()) c += text(" --trunc-cutoff ", s.cutoff);
    } else {
        c += text(" --projected-w ", shell_word(w.string()));
    }
    if (a.label_size > 0) c += text(" --class ", s.label);
    if (a.use_noise && s.noise != "const") c += text(" --noise-mode ", s.noise);
    if (a.use_noise && s.noise == "random") c += text(" --noise-seed ", s.noise_seed);
    if (a.use_noise && s.noise != "none" && s.noise_strength != 1)
        c += text(" --noise-strength ", number_text(s.noise_strength));
    return c + text(" --outdir ", shell_word(o.outdir.string()));
}

}  // namespace

SavedView save_view(ViewedNetwork& network, const ViewOptions& o, const ViewState& state) {
    const Image picture = network.draw(state);
    const Drawing::Styles w = network.w(state);
    make_output_folder(o.outdir);
    const std::string name = free_name(o.outdir);
    SavedView saved{.picture = o.outdir / (name + ".png"), .w = o.outdir / (name + ".npz"), .command = {}};
    write_png(saved.picture, picture);
    const Architecture& a = network.architecture();
    write_npz(saved.w, "w", {1, a.layers(), a.w_size()}, {w.begin(), w.end()});
    saved.command = command_of(o, state, a, saved.w);
    return saved;
}

}  // namespace stylegan::examples
