// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drawing/drawing.hpp"
#include "view/view_state.hpp"
#include "view/viewed_generator.hpp"

#include <stylegan/io/pictures/image.hpp>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace stylegan::examples {

struct ViewOptions : DrawingOptions {
    std::filesystem::path outdir = "view", directions;
    PerceptualOptions perceptual;
    int port = 0;  ///< 0: any that is free
    PictureLimits limits;
};

/// A network as a page sees it: states become w and pictures. One thread at a time.
class ViewedNetwork {
public:
    /// Finds directions by PCA and SeFA, and reads those of --directions.
    /// @throws FileError, FormatError; ValueError if the network has no styles
    explicit ViewedNetwork(const ViewOptions& o);

    [[nodiscard]] Drawing& drawing() { return drawing_; }
    [[nodiscard]] const Architecture& architecture() const { return drawing_.architecture(); }
    [[nodiscard]] const std::vector<ViewDirection>& directions() const { return viewed_.directions(); }

    /// The w of a state as its picture has it, truncated and edited: (1, layers, w_size).
    /// @throws ValueError if it names a projection that is not there
    [[nodiscard]] Drawing::Styles w(const ViewState& s) const { return viewed_.w(s); }
    /// @throws FormatError if the picture is not finite
    [[nodiscard]] Image draw(const ViewState& s) const;

    /// Keeps a w under a name for states; a former one of that name is replaced.
    void keep_w(const std::string& name, Drawing::Styles w) { viewed_.keep_w(name, std::move(w)); }

private:
    void read_directions_of(const std::filesystem::path& file);

    std::string name_;
    Drawing drawing_;
    ViewedGenerator<DrawingNetwork> viewed_;
};

}  // namespace stylegan::examples
