// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/zip_writer.hpp>
#include <stylegan/io/pickle/pickle_writer.hpp>
#include <stylegan/io/tensors/stored_array.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// Writes a PyTorch file value by value, as torch.save() does: what pickle() gets, and tensors.
class TorchPickle {
public:
    explicit TorchPickle(const std::filesystem::path& path) : zip_(path) {}

    stylegan::PickleWriter& pickle() { return pickle_; }

    void tensor(const std::vector<stylegan::Index>& shape, const std::vector<float>& values) {
        const std::string key = std::to_string(count_++);
        zip_.add("archive/data/" + key,
                 std::span(reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float)));
        pickle_.global("torch._utils", "_rebuild_tensor_v2");
        pickle_.mark();
        pickle_.mark();
        pickle_.string("storage");
        pickle_.global("torch", "FloatStorage");
        pickle_.string(key);
        pickle_.string("cpu");
        pickle_.integer(static_cast<std::int64_t>(values.size()));
        pickle_.end_tuple();
        pickle_.persistent();
        pickle_.integer(0);
        pickle_.extents(shape);
        pickle_.extents(stylegan::dense_strides(shape));
        pickle_.boolean(false);
        object("collections", "OrderedDict");
        pickle_.end_tuple();
        pickle_.call();
    }
    void tensor(const std::string& name, const std::vector<stylegan::Index>& shape, const std::vector<float>& values) {
        pickle_.string(name);
        tensor(shape, values);
    }

    /// An object of a class, made without arguments or with some texts.
    void object(const std::string& module, const std::string& name, const std::vector<std::string>& arguments = {}) {
        pickle_.global(module, name);
        pickle_.mark();
        for (const std::string& a : arguments) pickle_.string(a);
        pickle_.end_tuple();
        pickle_.call();
    }

    void commit() {
        pickle_.stop();
        zip_.add("archive/data.pkl", text_);
        zip_.add("archive/version", "3\n");
        zip_.commit();
    }

private:
    stylegan::ZipWriter zip_;
    std::string text_;
    stylegan::PickleWriter pickle_{
        [this](const void* data, std::size_t size) { text_.append(static_cast<const char*>(data), size); }, 2};
    int count_ = 0;
};

}  // namespace test
