// SPDX-License-Identifier: Apache-2.0
#include "run/records/run_events.hpp"

#include "options/parse.hpp"
#include "report/run_report.hpp"

#include <stylegan/io/pictures/png.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace stylegan::examples {
namespace {

constexpr std::string_view start_of_name = "events.out.tfevents.";

/// Seconds since 1970.
double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

/// The time in the name of an event file, in seconds since 1970; 0 for other files.
std::int64_t time_of(const std::string& name) {
    if (!name.starts_with(start_of_name)) return 0;
    const std::string rest = name.substr(start_of_name.size());
    return parse_whole(rest.substr(0, rest.find('.')), {0, 9999999999}).value_or(0);
}

}  // namespace

void RunEvents::start(const RunDirectory& directory, std::uint64_t first) {
    if (!wanted_) return;
    auto seconds = static_cast<std::int64_t>(now());
    std::error_code error;
    for (std::filesystem::directory_iterator i(directory.path(), error), end; !error && i != end; i.increment(error))
        seconds = std::max(seconds, time_of(i->path().filename().string()) + 1);  // files are read in this order
    char host[256] = "";
    ::gethostname(host, sizeof host - 1);
    char digits[32];
    std::snprintf(digits, sizeof digits, "%010lld", static_cast<long long>(seconds));
    file_ = text(start_of_name, digits, '.', host, '.', ::getpid());
    add(TensorboardEvent::file_version(now()));
    add(TensorboardEvent::restart(now(), static_cast<std::int64_t>(first)));
}

void RunEvents::add_statistics(std::uint64_t pictures, const nlohmann::ordered_json& line) {
    if (!wanted_) return;
    TensorboardEvent event(now(), static_cast<std::int64_t>(pictures));
    for (const auto& [name, value] : line.items())
        if (value.is_object()) event.add_scalar(name, value.at("mean").get<double>());
    add(event);
}

void RunEvents::add_metric(std::uint64_t pictures, const nlohmann::ordered_json& line) {
    if (!wanted_) return;
    TensorboardEvent event(now(), static_cast<std::int64_t>(pictures));
    for (const auto& [name, value] : line.at("results").items())
        event.add_scalar("Metrics/" + name, value.get<double>());
    add(event);
}

void RunEvents::add_fakes(std::uint64_t pictures, const Image& sheet) {
    if (!wanted_) return;
    const Image image = fitted_for_a_page(sheet);
    TensorboardEvent event(now(), static_cast<std::int64_t>(pictures));
    event.add_picture("fakes", image, encode_png(image));
    add(event);
}

}  // namespace stylegan::examples
