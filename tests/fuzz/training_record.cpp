// SPDX-License-Identifier: Apache-2.0
// Any bytes are the metadata `training` of a snapshot, or are refused by FormatError. Written again, a record is read as the
// same.
#include "memory_file.hpp"

#include <stylegan/io/networks/size_defining_shapes.hpp>
#include <stylegan/training/snapshot.hpp>

#include <cstdlib>
#include <string>

namespace {

stylegan::Architecture smallest_architecture() {
    stylegan::Architecture a;
    a.resolution_log2 = 2;
    a.fmap_max = a.latent_size = a.dlatent_size = a.mapping_fmaps = a.mapping_layers = a.num_channels = 1;
    return a;
}

/// The bytes of a file of networks with this metadata; all weights are 0.
std::string snapshot_with(const std::string& training) {
    static const stylegan::Architecture a = smallest_architecture();
    nlohmann::ordered_json header;
    header["__metadata__"] = {{"architecture", architecture_to_json(a).dump()}, {"training", training}};
    std::size_t at = 0;
    for (const auto& [name, shape] : size_defining_shapes(a, stylegan::NetworkKind::generator)) {
        std::size_t bytes = 4;
        for (const stylegan::Index n : shape) bytes *= static_cast<std::size_t>(n);
        header["Gs/" + name] = {{"dtype", "F32"}, {"shape", shape}, {"data_offsets", {at, at + bytes}}};
        at += bytes;
    }
    const std::string json = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    std::string file;
    for (int i = 0; i < 8; ++i) file += static_cast<char>(json.size() >> (8 * i));
    return file + json + std::string(at, '\0');
}

std::optional<stylegan::TrainingRecord> record_in(const std::string& training) {
    const std::string bytes = snapshot_with(training);
    const fuzz::MemoryFile file({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});  // NOLINT
    const stylegan::Checkpoint checkpoint(file.path());
    if (!checkpoint.has("Gs")) std::abort();
    return training_record(checkpoint);
}

std::string written(const stylegan::TrainingRecord& record) {
    nlohmann::ordered_json json;
    json["options"] = to_json(record.options);
    json["progress"] = to_json(record.progress);
    return json.dump();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto record = record_in(std::string(reinterpret_cast<const char*>(data), size));  // NOLINT
        if (!record) std::abort();
        const std::string json = written(*record);
        if (written(record_in(json).value()) != json) std::abort();
    } catch (const stylegan::FormatError&) {
    }
    return 0;
}
