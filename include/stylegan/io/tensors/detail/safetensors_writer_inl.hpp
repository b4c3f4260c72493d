// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/atomic_file.hpp>
#include <stylegan/io/tensors/safetensors_writer.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

namespace stylegan {

STYLEGAN_INLINE void SafetensorsWriter::write(const std::filesystem::path& path) const {
    static_assert(std::endian::native == std::endian::little, "stylegan: files are written on little-endian machines");
    std::vector<const Tensor*> order;
    for (const Tensor& t : tensors_) order.push_back(&t);
    std::stable_sort(order.begin(), order.end(),
                     [](const Tensor* a, const Tensor* b) { return size_of(a->type) > size_of(b->type); });

    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata_.empty()) header["__metadata__"] = metadata_;
    std::size_t offset = 0;
    for (const Tensor* t : order) {
        nlohmann::ordered_json entry;
        entry["dtype"] = name_of(t->type);
        entry["shape"] = t->shape;
        entry["data_offsets"] = {offset, offset + t->size};
        // Not operator[], which searches all keys. add() has refused duplicates.
        header.get_ref<nlohmann::ordered_json::object_t&>().push_back({t->name, std::move(entry)});
        offset += t->size;
    }
    std::string json = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    json.resize((json.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = json.size();

    AtomicFile file(path);
    file.write(&length, sizeof length);
    file.write(json);
    for (const Tensor* t : order) file.write(t->data, t->size);
    file.commit();
}

}  // namespace stylegan
