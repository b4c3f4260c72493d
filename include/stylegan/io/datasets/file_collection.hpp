// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/datasets/file_names.hpp>
#include <stylegan/io/datasets/passed_over.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/files/regular_file.hpp>
#include <stylegan/io/files/zip.hpp>
#include <stylegan/io/pictures/foreign_picture.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace stylegan {

/// The files of a folder and its subfolders, or the entries of a zip archive: sorted names, with '/' between folders.
/// Links are followed; each folder is listed once, so links that lead back to it end there. Hidden files and those that
/// macOS and Windows add are left out; passed_over() names them. May be used from several threads.
class FileCollection {
public:
    /// @throws FileError if there is no such file or folder, or it cannot be read
    /// @throws FormatError if it is a file that is not a zip archive, or two entries have the same name
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
        std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
            return a.name != b.name ? a.name < b.name : a.archive_index < b.archive_index;
        });
        refuse_equal_names();
        std::sort(passed_over_.begin(), passed_over_.end(),
                  [](const PassedOver& a, const PassedOver& b) { return a.name < b.name; });
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    /// The normalized_name() of file i.
    [[nodiscard]] const std::string& name(std::size_t i) const { return entries_.at(i).name; }

    /// What is in the folder or archive and not in this list, with reasons: hidden files, links that lead nowhere ...
    [[nodiscard]] const std::vector<PassedOver>& passed_over() const { return passed_over_; }

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
        return archive_ ? archive_->read(e.archive_index, limit) : read_file(path_ / e.stored, limit);
    }

    /// The whole content of file i, which must not be longer than `most` bytes. @throws FileError or FormatError
    [[nodiscard]] Bytes read_whole(std::size_t i, std::uint64_t most) const {
        const Entry& e = entries_.at(i);
        return archive_ ? archive_->read_whole(e.archive_index, most) : read_whole_file(path_ / e.stored, most);
    }

    /// The bytes that file i takes on the disk or in the archive, where it may be compressed. @throws FileError
    [[nodiscard]] std::uint64_t stored_size(std::size_t i) const {
        const Entry& e = entries_.at(i);
        return archive_ ? archive_->stored_size(e.archive_index) : RegularFile(path_ / e.stored).size();
    }

    /// How errors name file i: "faces.zip: 00000/img00000000.png" or "faces/00000/img00000000.png".
    [[nodiscard]] std::string where(std::size_t i) const {
        const Entry& e = entries_.at(i);
        return archive_ ? text(path_.string(), ": ", shortened_path(e.name))
                        : (path_ / shortened_path(e.stored)).string();
    }

private:
    struct Entry {
        std::string name;
        std::string stored;  // the name on the disk; empty in an archive
        std::size_t archive_index = 0;
    };

    /// Two entries of one name cannot be told apart by their labels; one of them is damaged.
    void refuse_equal_names() const {
        const auto same = std::adjacent_find(entries_.begin(), entries_.end(),
                                             [](const Entry& a, const Entry& b) { return a.name == b.name; });
        if (same != entries_.end())
            throw FormatError(text(path_.string(), ": has two files called ", shortened_path(same->name)));
    }

    /// Why a file or folder of this name is passed over; empty if it is not.
    static std::string_view reason(std::string_view name) {
        if (name.starts_with('.') && name != "..") return "hidden";
        if (name == "__MACOSX") return "added by macOS";
        for (const std::string_view windows : {"Thumbs.db", "ehthumbs.db", "desktop.ini", "Desktop.ini"})
            if (name == windows) return "added by Windows";
        return {};
    }

    void pass_over(const std::string& name, std::string_view why) { passed_over_.push_back({name, std::string(why)}); }

    void list_folder() {
        // Links come last: one that leads to a folder of this collection must not be listed in its place.
        std::vector<std::string> folders{""};
        std::set<std::string> links;
        std::set<std::pair<dev_t, ino_t>> listed;
        while (!folders.empty() || !links.empty()) {
            std::string folder;
            if (folders.empty()) {
                folder = links.extract(links.begin()).value();
            } else {
                folder = std::move(folders.back());
                folders.pop_back();
            }
            struct stat status {};
            if (::stat((path_ / folder).c_str(), &status) != 0 || listed.emplace(status.st_dev, status.st_ino).second)
                list_one_folder(folder, folders, links);
            else
                pass_over(folder + '/', "a link to a folder that is listed already");
        }
    }

    /// @param folder   its name in the collection; empty for the outermost
    /// @param folders  takes its subfolders
    /// @param links    takes links to folders
    void list_one_folder(const std::string& folder, std::vector<std::string>& folders, std::set<std::string>& links) {
        std::error_code error, ignored;
        const std::filesystem::path path = folder.empty() ? path_ : path_ / folder;
        for (std::filesystem::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
            const std::string filename = at->path().filename().string();
            const std::string name = folder.empty() ? filename : folder + '/' + filename;
            const std::filesystem::file_status status = at->status(ignored);
            const bool is_folder = std::filesystem::is_directory(status);
            if (const std::string_view why = reason(filename); !why.empty()) {
                pass_over(is_folder ? name + '/' : name, why);
            } else if (is_folder) {
                if (at->is_symlink(ignored))
                    links.insert(name);
                else
                    folders.push_back(name);
            } else if (std::filesystem::is_regular_file(status)) {
                entries_.push_back({normalized_name(name), name, 0});
            } else {
                pass_over(name, at->is_symlink(ignored) ? "a link that leads nowhere" : "not a file");
            }
        }
        if (error) throw FileError(text(path.string(), ": cannot be listed: ", error.message()));
    }

    void list_archive() {
        const detail::ForeignFile other = detail::what_instead_of_picture(read_file(path_, 300));
        if (!other.what.empty() && other.what != detail::zip_archive)
            throw FormatError(text(path_.string(), ": is ", other.what, ", expected a zip archive or a folder",
                                   other.remedy.empty() ? "" : "; ", other.remedy));
        archive_ = std::make_unique<ZipFile>(path_);
        const std::vector<std::string>& names = archive_->names();
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string name = normalized_name(names[i]);
            if (name.empty() || names[i].ends_with('/') || names[i].ends_with('\\')) continue;  // a folder
            std::string_view why;
            for (std::string_view rest = name; why.empty();) {
                const std::size_t slash = rest.find('/');
                why = reason(rest.substr(0, slash));
                if (slash == std::string_view::npos) break;
                rest.remove_prefix(slash + 1);
            }
            if (why.empty())
                entries_.push_back({name, {}, i});
            else
                pass_over(name, why);
        }
    }

    std::filesystem::path path_;
    std::unique_ptr<ZipFile> archive_;
    std::vector<Entry> entries_;
    std::vector<PassedOver> passed_over_;
};

}  // namespace stylegan
