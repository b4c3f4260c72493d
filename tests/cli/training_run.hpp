// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/run_program.hpp"

#include <stylegan/core/philox.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <nlohmann/json.hpp>

#include <sys/wait.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// A folder with twelve "pictures" of 8x8, and `stylegan train` with tiny networks, so that a run is quick.
struct TrainingFolder {
    TrainingFolder() { write_pictures("pictures", 12, 8, 8); }

    void write_pictures(const std::string& name, int count, int width, int height) const {
        std::filesystem::create_directories(folder / name);
        for (int i = 0; i < count; ++i) {
            stylegan::Image image(width, height, 3);
            const stylegan::RandomStream stream(static_cast<std::uint64_t>(i), 0, stylegan::Purpose::test);
            for (std::size_t p = 0; p < image.pixels.size(); ++p)
                image.pixels[p] = static_cast<std::uint8_t>(stream.below(p, 256));
            stylegan::write_png(folder / (name + "/" + std::to_string(100 + i) + ".png"), image);
        }
    }

    /// Labels for the pictures: 0, 1, 2, 0, ...
    void write_labels() const {
        std::string json = "{\"labels\": [";
        for (int i = 0; i < 12; ++i)
            json += (i > 0 ? ", [\"" : "[\"") + std::to_string(100 + i) + ".png\", " + std::to_string(i % 3) + "]";
        write(folder / "pictures/dataset.json", json + "]}");
    }

    [[nodiscard]] static std::vector<std::string> arguments(std::vector<std::string> more) {
        std::vector<std::string> all{"train", "--fmap-base", "32", "--fmap-max", "8", "--latent", "8", "--map-depth",
                                     "2",     "--batch",     "8",  "--threads",  "2"};
        if (std::find(more.begin(), more.end(), "--growing") == more.end()) all.push_back("--no-growing");
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }

    /// A run in "runs" of two ticks with two steps each, unless other flags change that.
    [[nodiscard]] Outcome train(std::vector<std::string> more = {}) const {
        std::vector<std::string> all{"--data", "pictures", "--outdir", "runs", "--kimg", "0.032", "--tick", "0.016"};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(folder, arguments(std::move(all)));
    }

    [[nodiscard]] std::string content(const std::string& name) const {
        const auto bytes = read(folder / name);
        return {bytes.begin(), bytes.end()};
    }

    TemporaryFolder folder;
};

/// Runs a script of bash in a folder, in which $stylegan is the program.
inline Outcome run_script(const TemporaryFolder& folder, const std::string& script) {
    const TemporaryFolder at;
    write(at / "script", "stylegan='" STYLEGAN_PROGRAM "'\n" + script);
    const std::string in = "cd '" + folder.path().string() + "' && bash '" + at.path().string() + "/script'";
    const int status =
        std::system((in + " > '" + at.path().string() + "/out' 2> '" + at.path().string() + "/err'").c_str());
    const auto content = [&](const char* name) {
        const auto bytes = read(at / name);
        return std::string(bytes.begin(), bytes.end());
    };
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), content("out"), content("err")};
}

/// Changes one bit of a file, at a part of its size.
inline void flip_a_bit(const std::filesystem::path& path, double part) {
    auto bytes = read(path);
    bytes.at(static_cast<std::size_t>(part * static_cast<double>(bytes.size()))) ^= 0x10;
    write(path, bytes);
}

/// The lines of stats.jsonl without times and memory, which differ between any two runs.
inline std::vector<nlohmann::json> lasting_lines(const std::string& stats) {
    std::vector<nlohmann::json> lines;
    std::istringstream in(stats);
    for (std::string line; std::getline(in, line);) {
        nlohmann::json json = nlohmann::json::parse(line), lasting;
        for (const auto& [name, value] : json.items())
            if (!name.starts_with("Timing/") && !name.starts_with("Resources/") && name != "timestamp")
                lasting[name] = value;
        lines.push_back(lasting);
    }
    return lines;
}

/// The folder of the first run with the usual flags.
inline const std::string first_run = "runs/00000-pictures-cfgf-8x8-batch8-gamma0.078";

}  // namespace test
