// SPDX-License-Identifier: Apache-2.0
#include "drawing/edited.hpp"

#include <stylegan/models/directions/moved_w.hpp>

#include <algorithm>
#include <charconv>

namespace stylegan::examples {

Drawing::Styles edited(const Drawing::Styles& w, const Eigen::VectorXd& step, const std::vector<double>& strengths,
                       const std::vector<int>& layers) {
    auto all = Drawing::Styles::from_shape({strengths.size(), w.shape(1), w.shape(2)});
    for (std::size_t i = 0; i < strengths.size(); ++i) {
        const Drawing::Styles one = moved_w(w, strengths[i] * step, layers);
        std::copy(one.begin(), one.end(), &all(i, 0, 0));
    }
    return all;
}

std::vector<Image> pictures_of_truncated(const Drawing& drawing, const Drawing::Styles& w,
                                         const std::function<void(std::size_t)>& done) {
    return drawing.pictures(w, done, [](auto& options) { options.truncation = {}; });
}

std::string number_text(double number) {
    char digits[32];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
    return {digits, end};
}

void require_styles(const Drawing& drawing, const std::filesystem::path& network) {
    if (!drawing.architecture().use_styles)
        throw ValueError(text("--network ", network.string(), ": has no styles to edit"));
}

}  // namespace stylegan::examples
