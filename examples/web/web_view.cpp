// SPDX-License-Identifier: Apache-2.0
// What view_worker.js calls: a network that becomes pictures of the page's states. A function that fails returns null, and
// view_error() says why.
#include "view/about_network.hpp"
#include "view/view_state.hpp"
#include "view/viewed_generator.hpp"
#include "web_network.hpp"

#include <stylegan/io/pictures/to_uint8.hpp>
#include <stylegan/io/tensors/non_finite.hpp>

#include <emscripten.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace stylegan::examples {
namespace {

class View {
public:
    View(const std::filesystem::path& file, int threads)
        : network_(SafetensorsFile(file), threads), viewed_(network_), name_(file.filename().string()) {
        viewed_.find_directions([&](const auto& z) {
            WebNetwork::Generator::Latents labels;
            if (network_.architecture().label_size > 0) {
                labels = xt::zeros<float>({z.shape(0), static_cast<std::size_t>(network_.architecture().label_size)});
                for (std::size_t n = 0; n < z.shape(0); ++n) labels(n, 0) = 1;
            }
            return network_.map(z, labels);
        });
        nlohmann::ordered_json json = about_network(name_, network_.architecture(), viewed_.directions(), false);
        json["threads"] = network_.threads();
        about_ = json.dump();
    }

    [[nodiscard]] const std::string& about() const { return about_; }

    /// Red, green, blue and alpha of each pixel, valid until the next call.
    [[nodiscard]] const std::vector<std::uint8_t>& draw(std::string_view state) {
        const auto made =
            viewed_.picture(parse_view_state(state, network_.architecture(), viewed_.directions().size()));
        if (const std::size_t bad = detail::count_non_finite(made.data(), made.size()); bad > 0)
            throw FormatError(text("the picture would have ", bad, " of ", made.size(), " values that are not finite"));
        const Image image = to_uint8(made, 0);
        const bool colours = image.channels > 2, alpha = image.channels % 2 == 0;
        pixels_.clear();
        for (int y = 0; y < image.height; ++y)
            for (int x = 0; x < image.width; ++x) {
                const std::uint8_t* const p = image.pixel(x, y);
                for (int c = 0; c < 3; ++c) pixels_.push_back(p[colours ? c : 0]);
                pixels_.push_back(alpha ? p[image.channels - 1] : std::uint8_t{255});
            }
        return pixels_;
    }

private:
    WebNetwork network_;
    ViewedGenerator<WebNetwork> viewed_;
    std::string name_, about_;
    std::vector<std::uint8_t> pixels_;
};

std::string& last_error() {
    static std::string error;
    return error;
}

template <class F>
auto guarded(F&& f) -> decltype(f()) {
    try {
        return f();
    } catch (const std::exception& error) {
        last_error() = error.what();
        return nullptr;
    }
}

}  // namespace
}  // namespace stylegan::examples

using stylegan::examples::View;

extern "C" {

EMSCRIPTEN_KEEPALIVE View* view_open(const char* file, int threads) {
    return stylegan::examples::guarded([&] { return new View(file, threads); });  // it lives as long as the worker
}

EMSCRIPTEN_KEEPALIVE const char* view_about(const View* view) { return view->about().c_str(); }

EMSCRIPTEN_KEEPALIVE const std::uint8_t* view_draw(View* view, const char* state) {
    return stylegan::examples::guarded([&] { return view->draw(state).data(); });
}

EMSCRIPTEN_KEEPALIVE const char* view_error() { return stylegan::examples::last_error().c_str(); }

}  // extern "C"
