// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/datasets/dataset_labels.hpp>
#include <stylegan/io/datasets/file_collection.hpp>
#include <stylegan/io/datasets/file_names.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan {

/// The file of labels in a folder or archive: its outermost `dataset.json`, which is in a folder of its own where a
/// folder was packed as a whole. Nothing if there is none.
/// @throws FormatError if two of them are equally deep
[[nodiscard]] inline std::optional<std::size_t> find_labels(const FileCollection& files) {
    constexpr std::string_view wanted = "dataset.json";
    std::optional<std::size_t> found, other;
    std::ptrdiff_t least = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string& name = files.name(i);
        if (name != wanted && !name.ends_with("/dataset.json")) continue;
        const std::ptrdiff_t depth = std::count(name.begin(), name.end(), '/');
        if (found && depth > least) continue;
        other = found && depth == least ? found : std::nullopt;
        found = i;
        least = depth;
    }
    if (other)
        throw FormatError(text(files.path().string(), ": has labels in ", shortened_path(files.name(*other)),
                               " and in ", shortened_path(files.name(*found)), ", expected one dataset.json"));
    return found;
}

/// The labels of a folder's or archive's files. The names in `dataset.json` may differ from those of the files in their
/// spelling (see name_key()), be relative to the folder of `dataset.json`, or lack folders, or have more of them, as
/// long as it is certain which file is meant.
class LabelledFiles {
public:
    /// No labels.
    LabelledFiles() = default;

    /// @param labels  one after the other belongs to the files, in any order; may be empty
    /// @param folder  of `dataset.json`, empty for the outermost
    /// @param names   of the files
    LabelledFiles(DatasetLabels labels, const std::string& folder, const std::vector<std::string>& names)
        : labels_(std::move(labels)), of_(names.size(), nullptr) {
        if (labels_.empty()) return;
        match_spelling(folder, names);
        match_without_folders(names);
        describe_difference(names);
    }
    LabelledFiles(LabelledFiles&&) = default;
    LabelledFiles& operator=(LabelledFiles&&) = default;

    [[nodiscard]] const DatasetLabels& labels() const { return labels_; }

    /// The label of file i; null if it has none.
    [[nodiscard]] const DatasetLabels::Label* of(std::size_t i) const { return of_.at(i); }

    /// The number of files with a label.
    [[nodiscard]] std::size_t matched() const { return matched_; }

    /// The first name in `dataset.json` and the first file that do not belong to each other, as the continuation of a
    /// message; empty if all names belong to a file or all files have a label.
    [[nodiscard]] const std::string& difference() const { return difference_; }

private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1), several = none - 1;
    using Places = std::map<std::u32string, std::size_t, std::less<>>;  // of a key; `several` if it is not alone

    static void place(Places& places, std::u32string key, std::size_t i) {
        const auto [at, added] = places.try_emplace(std::move(key), i);
        if (!added) at->second = several;
    }
    static std::size_t find(const Places& places, std::u32string_view key) {
        const auto found = places.find(key);
        return found == places.end() ? none : found->second;
    }

    /// Calls f(rest) for a key without its first folder, its first two and so on.
    template <class F>
    static void for_each_ending(std::u32string_view key, F&& f) {
        for (std::size_t at = key.find(U'/'); at != key.npos; at = key.find(U'/', at + 1)) f(key.substr(at + 1));
    }

    void assign(std::size_t file, std::size_t label) {
        of_[file] = &labels_.at(label);
        taken_[label] = true;
        ++matched_;
    }

    /// Names that are the same, byte by byte.
    void match_exactly(const std::vector<std::string>& names) {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (const auto label = labels_.index(names[i]); of_[i] == nullptr && label && !taken_[*label])
                assign(i, *label);
    }

    /// Names that are the same but for their spelling: first those relative to the folder of `dataset.json`.
    void match_spelling(const std::string& folder, const std::vector<std::string>& names) {
        const std::vector<std::string>& given = labels_.names();
        taken_.assign(given.size(), false);
        if (folder.empty()) match_exactly(names);
        if (matched_ == given.size()) return;
        Places keys;
        for (std::size_t i = 0; i < given.size(); ++i)
            if (!taken_[i]) place(keys, name_key(given[i]), i);
        const std::u32string inside = folder.empty() ? std::u32string() : name_key(folder) + U'/';
        for (std::size_t i = 0; !inside.empty() && i < names.size(); ++i) {
            const std::u32string key = name_key(names[i]);
            if (!key.starts_with(inside)) continue;
            const std::size_t label = find(keys, std::u32string_view(key).substr(inside.size()));
            if (label < several) assign(i, label);
        }
        match_exactly(names);
        const std::vector<bool> taken = taken_;
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (of_[i] != nullptr) continue;
            const std::size_t label = find(keys, name_key(names[i]));
            if (label < several && !taken[label]) assign(i, label);
        }
    }

    /// Names of which one ends like the other, if no third one does.
    void match_without_folders(const std::vector<std::string>& names) {
        const std::vector<std::string>& given = labels_.names();
        if (matched_ == given.size() || matched_ == names.size()) return;
        Places keys, files;
        for (std::size_t i = 0; i < names.size(); ++i)
            if (of_[i] == nullptr) place(files, name_key(names[i]), i);
        std::vector<std::size_t> longer(names.size(), none);  // the label that ends like a file
        for (std::size_t i = 0; i < given.size(); ++i) {
            if (taken_[i]) continue;
            std::u32string key = name_key(given[i]);
            for_each_ending(key, [&](std::u32string_view ending) {
                const std::size_t file = find(files, ending);
                if (file < several) longer[file] = longer[file] == none ? i : several;
            });
            place(keys, std::move(key), i);
        }
        std::vector<std::size_t> chosen(names.size(), none), claims(given.size(), 0);
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (of_[i] != nullptr) continue;
            std::size_t& label = chosen[i];
            for_each_ending(name_key(names[i]), [&](std::u32string_view ending) {
                if (label == none) label = find(keys, ending);
            });
            if (label == none) label = longer[i];
            if (label < several) ++claims[label];
        }
        for (std::size_t i = 0; i < names.size(); ++i)
            if (chosen[i] < several && claims[chosen[i]] == 1) assign(i, chosen[i]);
    }

    void describe_difference(const std::vector<std::string>& names) {
        const auto free = std::find(taken_.begin(), taken_.end(), false);
        const auto without = std::find(of_.begin(), of_.end(), nullptr);
        if (free == taken_.end() || without == of_.end()) return;
        difference_ = text("the first name in it without a picture is \"",
                           shortened_path(labels_.names()[static_cast<std::size_t>(free - taken_.begin())]),
                           "\", the first picture without a label \"",
                           shortened_path(names[static_cast<std::size_t>(without - of_.begin())]), '"');
    }

    DatasetLabels labels_;
    std::vector<const DatasetLabels::Label*> of_;
    std::vector<bool> taken_;  // by label
    std::size_t matched_ = 0;
    std::string difference_;
};

/// Reads the labels of some files of a folder or archive; no labels if it has no `dataset.json`.
/// @param chosen  indices of files, in the order of LabelledFiles::of()
/// @throws FormatError if `dataset.json` is wrong, or none of its names belongs to a file
[[nodiscard]] inline LabelledFiles read_labels(const FileCollection& files, std::span<const std::size_t> chosen) {
    const auto file = find_labels(files);
    if (!file) return {};
    const std::string& json = files.name(*file);
    std::vector<std::string> names;
    for (const std::size_t i : chosen) names.push_back(files.name(i));
    const std::size_t slash = json.rfind('/');
    LabelledFiles labelled(DatasetLabels(files.read_whole(*file, DatasetLabels::largest_file), files.where(*file)),
                           slash == json.npos ? "" : json.substr(0, slash), names);
    if (!labelled.labels().empty() && labelled.matched() == 0 && !names.empty())
        throw FormatError(
            text(files.where(*file), ": its names are not those of the pictures: ", labelled.difference()));
    return labelled;
}

}  // namespace stylegan
