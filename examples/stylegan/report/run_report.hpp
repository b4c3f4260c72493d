// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/run_directory.hpp"

#include <stylegan/io/pictures/image.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace stylegan::examples {

/// What a report says of a run, read from the files of its folder. Pictures are read once and kept, since a run that is
/// going on writes its report at every tick.
class RunReport {
public:
    explicit RunReport(RunDirectory directory) : directory_(std::move(directory)) {}

    /// Names, commands, settings, statistics by tick, metrics with their errors, and pictures as data URLs.
    /// @param pictures  at most so many sheets of generated pictures, evenly spaced, with the newest
    /// @throws FileError if a file cannot be read
    [[nodiscard]] nlohmann::ordered_json data(std::size_t pictures);

private:
    [[nodiscard]] std::string picture(const std::string& name);

    RunDirectory directory_;
    std::map<std::string, std::string> pictures_;  // data URLs by file name
};

/// A picture, made smaller if a side is longer than the pictures of a report may be.
[[nodiscard]] Image fitted_for_a_page(Image image);

/// A self-contained page on one run or several.
/// @param runs  of RunReport::data()
[[nodiscard]] std::string report_page(const std::vector<nlohmann::ordered_json>& runs);

}  // namespace stylegan::examples
