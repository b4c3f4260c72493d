// SPDX-License-Identifier: Apache-2.0
#include "printing/tables.hpp"

#include <algorithm>
#include <cstdio>
#include <iomanip>
#include <ostream>
#include <sstream>

namespace stylegan::examples {
namespace {

/// "G_synthesis/8x8/Conv0_up/Noise/weight" -> "G_synthesis/8x8/Conv0_up": part of the network, resolution, layer.
std::string layer_of(const std::string& variable) {
    std::size_t at = 0;
    if (variable.starts_with("G_mapping/") || variable.starts_with("G_synthesis/")) at = variable.find('/') + 1;
    std::size_t end = variable.find('/', at);
    if (variable[at] >= '0' && variable[at] <= '9') end = variable.find('/', end + 1);
    return variable.substr(0, end);
}

/// The stage with this height.
int stage_of_height(const Architecture& a, int height) {
    int stage = 0;
    while (stage + 1 < a.stages() && a.size(stage).height < height) ++stage;
    return stage;
}

std::vector<Index> maps(const Architecture& a, int stage, int channels) {
    return {channels, a.size(stage).height, a.size(stage).width};
}

/// The shape of a layer's output, without the batch.
std::vector<Index> output_of(const Architecture& a, bool discriminator, const std::string& layer,
                             const std::vector<Index>& weight) {
    const std::size_t lod = layer.find("_lod");
    if (lod != std::string::npos) {
        const int stage = a.stages() - 1 - std::stoi(layer.substr(lod + 4));
        return maps(a, stage, layer.find("ToRGB") != std::string::npos ? a.num_channels : a.feature_maps(stage));
    }
    const std::string kind = layer.substr(layer.rfind('/') + 1);
    if (kind == "LabelConcat") return {a.mapping_inputs()};
    if (kind.starts_with("Dense") && kind.size() > 5) return {weight.back()};  // Dense0, Dense1, ...
    const std::size_t part = layer.rfind('/', layer.rfind('/') - 1);
    const int stage = stage_of_height(a, std::stoi(layer.substr(part == std::string::npos ? 0 : part + 1)));
    if (discriminator && kind.starts_with("Conv1")) return maps(a, stage - 1, a.feature_maps(stage - 1));
    return maps(a, stage, a.feature_maps(stage));
}

std::string tuple(const std::string& first, const std::vector<Index>& shape) {
    std::ostringstream out;
    out << '(' << first;
    for (std::size_t i = 0; i < shape.size(); ++i) out << (i > 0 || !first.empty() ? ", " : "") << shape[i];
    out << ')';
    return out.str();
}

}  // namespace

std::string text_of_bytes(std::size_t bytes) {
    char s[32];
    std::snprintf(s, sizeof s, "%.1f MiB", static_cast<double>(bytes) / (1024.0 * 1024.0));
    return s;
}

std::string text_of_number(double x, int digits) {
    char s[32];
    std::snprintf(s, sizeof s, "%.*g", digits, x);
    return s;
}

std::vector<LayerRow> layer_rows(const Architecture& a, const std::vector<Variable>& variables) {
    std::vector<LayerRow> rows;
    for (const Variable& v : variables) {
        if (!v.trainable) continue;
        const std::string layer = layer_of(v.name);
        auto row = std::find_if(rows.begin(), rows.end(), [&](const LayerRow& r) { return r.name == layer; });
        if (row == rows.end()) row = rows.insert(rows.end(), LayerRow{layer, 0, {}, {}});
        Index numbers = 1;
        for (const Index extent : v.shape) numbers *= extent;
        row->parameters += numbers;
        if (v.name == layer + "/weight" || v.name == layer + "/const") row->weight = v.shape;
    }
    const bool discriminator =
        std::any_of(rows.begin(), rows.end(), [](const LayerRow& r) { return r.name.starts_with("FromRGB"); });
    for (LayerRow& row : rows) row.output = output_of(a, discriminator, row.name, row.weight);
    return rows;
}

void print_layers(std::ostream& out, const std::string& title, const Architecture& a,
                  const std::vector<Variable>& variables) {
    const std::vector<LayerRow> rows = layer_rows(a, variables);
    std::size_t width = title.size();
    Index total = 0;
    for (const LayerRow& row : rows) {
        width = std::max(width, row.name.size());
        total += row.parameters;
    }
    const auto line = [&](const std::string& name, const auto& parameters, const std::string& output,
                          const std::string& weight) {
        out << std::left << std::setw(static_cast<int>(width) + 2) << name << std::setw(output.empty() ? 0 : 12)
            << parameters;
        if (!output.empty()) out << std::setw(22) << output << weight;
        out << '\n';
    };
    line(title, "Params", "OutputShape", "WeightShape");
    line("---", "---", "---", "---");
    for (const LayerRow& row : rows)
        line(row.name, row.parameters, tuple("?", row.output), row.weight.empty() ? "-" : tuple("", row.weight));
    line("---", "---", "---", "---");
    line("Total", total, "", "");
}

void print_profile(const Profile& profile) {
    Profile::Entry all{.name = "all"};
    for (const Profile::Entry& e : profile.entries()) {
        all.seconds += e.seconds;
        all.multiply_adds += e.multiply_adds;
        all.bytes += e.bytes;
    }
    std::printf("\n%-32s %6s %10s %6s %9s %8s %9s\n", "layer", "calls", "ms", "share", "GFLOP/s", "GB/s", "MB");
    const auto line = [&](const Profile::Entry& e) {
        std::printf("%-32s %6d %10.3f %5.1f%% %9.1f %8.2f %9.2f\n", e.name.c_str(), e.calls, e.seconds * 1e3,
                    100 * e.seconds / all.seconds, 2e-9 * e.multiply_adds / e.seconds, 1e-9 * e.bytes / e.seconds,
                    e.bytes * 1e-6);
    };
    for (const Profile::Entry& e : profile.entries()) line(e);
    line(all);
}

nlohmann::ordered_json profile_json(const Profile& profile) {
    nlohmann::ordered_json layers = nlohmann::ordered_json::array();
    for (const Profile::Entry& e : profile.entries())
        layers.push_back({{"layer", e.name},
                          {"seconds", e.seconds / e.calls},
                          {"multiply_adds", e.multiply_adds / e.calls},
                          {"bytes", e.bytes / e.calls}});
    return layers;
}

}  // namespace stylegan::examples
