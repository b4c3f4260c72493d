// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/files/zip.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace stylegan {

/// The files of a folder and its subfolders, or the entries of a zip archive: sorted names, with '/' between folders.
/// Hidden files and the files that macOS adds to archives are left out. May be used from several threads.
class FileCollection {
public:
    /// @throws FileError if there is no such file or folder, or it cannot be read
    /// @throws FormatError if it is a file that is not a zip archive
    explicit FileCollection(const std::filesystem::path& path) : path_(path) {
        std::error_code error;
        const std::filesystem::file_status status = std::filesystem::status(path, error);
        if (!std::filesystem::exists(status))
            throw FileError(
                text(path.string(), ": cannot be opened: ", error ? error.message() : "no such file or folder"));
        if (std::filesystem::is_directory(status))
            list_folder();
        else
            list_archive();
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] const std::string& name(std::size_t i) const { return entries_.at(i).name; }

    /// The index of the file of this name, if there is one.
    [[nodiscard]] std::optional<std::size_t> find(const std::string& name) const {
        const auto at = std::lower_bound(entries_.begin(), entries_.end(), name,
                                         [](const Entry& e, const std::string& n) { return e.name < n; });
        if (at == entries_.end() || at->name != name) return std::nullopt;
        return static_cast<std::size_t>(at - entries_.begin());
    }

    /// The content of file i, or its first `limit` bytes. @throws FileError or FormatError
    [[nodiscard]] Bytes read(std::size_t i, std::size_t limit = std::numeric_limits<std::size_t>::max()) const {
        const Entry& e = entries_.at(i);
        return archive_ ? archive_->read(e.archive_index, limit) : read_file(path_ / e.name, limit);
    }

    /// How errors name file i: "faces.zip: 00000/img00000000.png" or "faces/00000/img00000000.png".
    [[nodiscard]] std::string where(std::size_t i) const {
        const std::string& name = entries_.at(i).name;
        return archive_ ? text(path_.string(), ": ", name) : (path_ / name).string();
    }

private:
    struct Entry {
        std::string name;
        std::size_t archive_index = 0;
    };

    static bool hidden(const std::string& name) {
        return name.starts_with('.') || name.find("/.") != std::string::npos || name.starts_with("__MACOSX/");
    }

    void add(const std::string& name, std::size_t archive_index) {
        if (!name.empty() && !name.ends_with('/') && !hidden(name)) entries_.push_back({name, archive_index});
    }

    void sort() {
        std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
    }

    void list_folder() {
        std::error_code error;
        std::filesystem::recursive_directory_iterator at(path_, error), end;
        for (; !error && at != end; at.increment(error)) {
            if (hidden(at->path().filename().string()))
                at.disable_recursion_pending();
            else if (at->is_regular_file(error))
                add(at->path().lexically_relative(path_).generic_string(), 0);
        }
        if (error) throw FileError(text(path_.string(), ": cannot be listed: ", error.message()));
        sort();
    }

    void list_archive() {
        archive_ = std::make_unique<ZipFile>(path_);
        const std::vector<std::string>& names = archive_->names();
        for (std::size_t i = 0; i < names.size(); ++i) add(names[i], i);
        sort();
    }

    std::filesystem::path path_;
    std::unique_ptr<ZipFile> archive_;
    std::vector<Entry> entries_;
};

}  // namespace stylegan
