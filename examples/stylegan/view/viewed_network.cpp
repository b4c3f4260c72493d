// SPDX-License-Identifier: Apache-2.0
#include "view/viewed_network.hpp"

#include "drawing/edited.hpp"

#include <stylegan/io/pictures/picture.hpp>
#include <stylegan/models/directions/latent_directions.hpp>

#include <algorithm>

namespace stylegan::examples {
namespace {

/// The options of the command line; a network with labels is opened with its first class, and states choose theirs.
DrawingOptions with_a_label(DrawingOptions o) {
    const Checkpoint checkpoint(o.network, o.extra);
    if (checkpoint.architecture(NetworkKind::generator).label_size > 0 && !o.label) o.label = 0;
    return o;
}

}  // namespace

ViewedNetwork::ViewedNetwork(const ViewOptions& o)
    : name_(o.network.string()), drawing_(with_a_label(o)), viewed_(drawing_.generator()) {
    require_styles(drawing_, o.network);
    if (!o.directions.empty()) read_directions_of(o.directions);
    viewed_.find_directions(
        [&](const auto& z) { return drawing_.generator().map(z, drawing_.options(z.shape(0)).labels); });
}

void ViewedNetwork::read_directions_of(const std::filesystem::path& file) {
    const LatentDirections d = read_directions(file);
    if (d.directions.cols() != architecture().w_size())
        throw FormatError(text("--directions ", file.string(), ": has directions of length ", d.directions.cols(),
                               ", expected ", architecture().w_size(), ", the length of w of ", name_));
    for (Index k = 0; k < std::min<Index>(d.count(), 64); ++k)
        viewed_.add_direction({text(file.stem().string(), ' ', k), d.step(k)});
}

Image ViewedNetwork::draw(const ViewState& s) const {
    const auto made = viewed_.picture(s);
    require_finite_pictures(made, name_, [](std::size_t) { return "the picture"; });
    return to_uint8(made, 0);
}

}  // namespace stylegan::examples
