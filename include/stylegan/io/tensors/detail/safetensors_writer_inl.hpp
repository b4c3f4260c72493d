// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/atomic_file.hpp>
#include <stylegan/io/files/digest.hpp>
#include <stylegan/io/tensors/safetensors_digests.hpp>
#include <stylegan/io/tensors/safetensors_writer.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

STYLEGAN_INLINE void SafetensorsWriter::write(const std::filesystem::path& path) const {
    static_assert(std::endian::native == std::endian::little, "stylegan: files are written on little-endian machines");
    std::vector<const Tensor*> order;
    for (const Tensor& t : tensors_) order.push_back(&t);
    std::stable_sort(order.begin(), order.end(),
                     [](const Tensor* a, const Tensor* b) { return size_of(a->type) > size_of(b->type); });

    std::map<std::string, std::string> metadata = metadata_;
    std::string& digests = metadata[detail::tensor_digests_key] = {};
    for (const Tensor* t : order) digests += detail::digits_of(digest_of(DigestKind::xxh3, t->data, t->size));
    metadata[detail::header_digest_key] = std::string(detail::digest_digits, '0');

    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    header["__metadata__"] = metadata;
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
    detail::seal_header(json);
    const std::uint64_t length = json.size();

    AtomicFile file(path);
    file.write(&length, sizeof length);
    file.write(json);
    for (const Tensor* t : order) file.write(t->data, t->size);
    file.commit();
}

}  // namespace stylegan
