// SPDX-License-Identifier: Apache-2.0
#include "report/run_report.hpp"

#include "run/records/json_lines.hpp"
#include "run/snapshot_name.hpp"

#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/pictures/read_image.hpp>
#include <stylegan/io/pictures/resize.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_ticks = 1500;  ///< of a curve; of more, every n-th is shown

std::string base64(const Bytes& bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string s;
    s.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t v = 0;
        for (std::size_t k = 0; k < 3; ++k) v = (v << 8) | (k < left ? static_cast<std::uint32_t>(bytes[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k) s += k <= left ? digits[(v >> (18 - 6 * k)) & 63] : '=';
    }
    return s;
}

/// The mean of a statistic of a line; NaN becomes null.
nlohmann::ordered_json mean_of(const nlohmann::json& line, const std::string& name) {
    const auto found = line.find(name);
    if (found == line.end() || !found->is_object() || !found->contains("mean")) return nullptr;
    const nlohmann::json& mean = (*found)["mean"];
    return mean.is_number() && std::isfinite(mean.get<double>()) ? nlohmann::ordered_json(mean)
                                                                 : nlohmann::ordered_json(nullptr);
}

/// The statistics of all ticks by name, one value for each tick.
nlohmann::ordered_json series_of(const std::string& lines) {
    std::vector<nlohmann::json> ticks;
    std::set<std::string> names;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) {
        nlohmann::json json = object_of(line);
        if (!json.is_object()) continue;
        for (const auto& [name, value] : json.items())
            if (value.is_object()) names.insert(name);
        ticks.push_back(std::move(json));
    }
    const std::size_t step = (ticks.size() + most_ticks - 1) / most_ticks;
    nlohmann::ordered_json series = nlohmann::ordered_json::object();
    for (const std::string& name : names) {
        nlohmann::ordered_json values = nlohmann::ordered_json::array();
        for (std::size_t i = 0; i < ticks.size(); ++i)
            if (step == 0 || (ticks.size() - 1 - i) % step == 0) values.push_back(mean_of(ticks[i], name));
        series[name] = std::move(values);
    }
    return series;
}

/// Points of each number of a metric: kimg, value, standard error.
void add_metric(const fs::path& file, nlohmann::ordered_json& metrics) {
    std::istringstream in(lines_of(file));
    for (std::string line; std::getline(in, line);) {
        const nlohmann::json json = object_of(line);
        if (!json.is_object() || !json.contains("results") || !json["results"].is_object()) continue;
        const auto snapshot = parse_snapshot_name(value_or<std::string>(json, "snapshot_pkl", ""));
        if (!snapshot) continue;
        const double kimg = static_cast<double>(snapshot->kimg) + snapshot->rest.value_or(0) / 1000.0;
        for (const auto& [name, value] : json["results"].items()) {
            if (!value.is_number()) continue;
            double error = 0;
            const auto errors = json.find("standard_error");
            if (errors != json.end())
                error =
                    errors->is_object() ? value_or(*errors, name.c_str(), 0.0) : value_or(json, "standard_error", 0.0);
            metrics[name].push_back({{"kimg", kimg}, {"value", value}, {"error", error}});
        }
    }
}

/// Thousands of pictures in the name of a sheet, "fakes000040.png"; -1 for other files.
double kimg_of_sheet(const std::string& name) {
    constexpr std::string_view start = "fakes", end = ".png";
    if (!name.starts_with(start) || !name.ends_with(end)) return -1;
    const std::string number = name.substr(start.size(), name.size() - start.size() - end.size());
    if (number == "_init") return 0;
    const auto snapshot = parse_snapshot_name("network-snapshot-" + number + ".safetensors");
    return snapshot ? static_cast<double>(snapshot->kimg) + snapshot->rest.value_or(0) / 1000.0 : -1;
}

/// At most `most` of them, evenly spaced, with the first and the last.
template <class T>
std::vector<T> some_of(const std::vector<T>& all, std::size_t most) {
    if (all.size() <= most || most < 2) return all;
    std::vector<T> some;
    for (std::size_t i = 0; i < most; ++i) some.push_back(all[i * (all.size() - 1) / (most - 1)]);
    return some;
}

}  // namespace

Image fitted_for_a_page(Image image) {
    constexpr int longest_side = 1024;
    const int longest = std::max(image.width, image.height);
    if (longest <= longest_side) return image;
    return resize(image, std::max(1, image.width * longest_side / longest),
                  std::max(1, image.height * longest_side / longest));
}

std::string RunReport::picture(const std::string& name) {
    const auto known = pictures_.find(name);
    if (known != pictures_.end()) return known->second;
    const Image image = fitted_for_a_page(read_image(directory_.file(name)));
    return pictures_[name] = "data:image/png;base64," + base64(encode_png(image));
}

nlohmann::ordered_json RunReport::data(std::size_t pictures) {
    nlohmann::ordered_json run;
    run["name"] = fs::absolute(directory_.path()).lexically_normal().filename().string();
    if (run["name"] == "") run["name"] = fs::absolute(directory_.path()).parent_path().filename().string();

    run["commands"] = nlohmann::ordered_json::array();
    run["finished"] = false;
    run["notes"] = nlohmann::ordered_json::array();
    std::istringstream log(lines_of(directory_.file("log.txt")));
    for (std::string line; std::getline(log, line);) {
        if (line.starts_with("Finished at ")) run["finished"] = true;
        if (line.starts_with("Stopped")) run["notes"].push_back(line);
    }
    std::istringstream commands(lines_of(directory_.file("commands.txt")));
    for (std::string line; std::getline(commands, line);) run["commands"].push_back(line);
    const std::string settings = lines_of(directory_.options());
    const nlohmann::json parsed = nlohmann::json::parse(settings, nullptr, false);
    run["settings"] = parsed.is_discarded() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(parsed);
    run["series"] = series_of(lines_of(directory_.file("stats.jsonl")));

    run["metrics"] = nlohmann::ordered_json::object();
    std::vector<std::pair<double, std::string>> sheets;
    std::set<std::string> names;
    std::error_code error;
    for (fs::directory_iterator i(directory_.path(), error), end; !error && i != end; i.increment(error))
        names.insert(i->path().filename().string());
    for (const std::string& name : names) {
        if (name.starts_with("metric-") && name.ends_with(".jsonl")) add_metric(directory_.file(name), run["metrics"]);
        if (const double kimg = kimg_of_sheet(name); kimg >= 0) sheets.emplace_back(kimg, name);
    }
    std::sort(sheets.begin(), sheets.end());
    run["fakes"] = nlohmann::ordered_json::array();
    for (const auto& [kimg, name] : some_of(sheets, pictures))
        run["fakes"].push_back({{"kimg", kimg}, {"src", picture(name)}});
    if (names.count("reals.png") > 0) run["reals"] = picture("reals.png");
    return run;
}

}  // namespace stylegan::examples
