// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/zip_writer.hpp>
#include <stylegan/io/networks/rosinality_writer.hpp>
#include <stylegan/io/pickle/pickle_writer.hpp>

#include <cstdint>
#include <filesystem>
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
        stylegan::detail::add_torch_tensor(zip_, pickle_, std::to_string(count_++), shape, values);
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
