// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/io/datasets/label_parser.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace stylegan {

/// The labels of a data set, read from its `dataset.json`: a class number or a vector for each picture.
///
///     {"labels": [["00000/img00000000.png", 6], ...]}      {"labels": [["00000/img00000000.png", [0.5, 1.0]], ...]}
class DatasetLabels {
public:
    /// A class number or a vector.
    using Label = detail::LabelParser::Label;
    /// Class numbers are less.
    static constexpr std::int64_t class_limit = detail::LabelParser::class_limit;
    /// Bytes of the longest `dataset.json` that is read: labels of two million pictures.
    static constexpr std::uint64_t largest_file = std::uint64_t{1} << 26;

    /// No labels.
    DatasetLabels() = default;

    /// @param where  names the file in errors
    /// @throws FormatError if the text is longer than `largest_file`, or is not JSON of the form above, if labels
    ///         differ in kind or length, or if a class number is not in [0, class_limit)
    DatasetLabels(std::span<const std::uint8_t> json_text, const std::string& where) {
        if (json_text.size() > largest_file)
            throw FormatError(text(where, ": is ", json_text.size(), " bytes long, expected at most ", largest_file));
        detail::LabelParser parser(
            [this](std::string name, Label label) { return add(std::move(name), std::move(label)); });
        const bool parsed = nlohmann::json::sax_parse(json_text.begin(), json_text.end(), &parser);
        if (!parsed || !parser.fault().empty()) throw FormatError(where + parser.fault());
        order_.resize(names_.size());
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        const auto less = [this](std::size_t a, std::size_t b) { return names_[a] < names_[b]; };
        std::sort(order_.begin(), order_.end(), less);
        const auto same = std::adjacent_find(order_.begin(), order_.end(),
                                             [this](std::size_t a, std::size_t b) { return names_[a] == names_[b]; });
        if (same != order_.end())
            throw FormatError(text(where, ": label of ", shortened(names_[*same]), " is given twice"));
    }

    [[nodiscard]] bool empty() const { return labels_.empty(); }

    /// The names of the pictures, as in the file and in its order.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

    /// The length of the label vectors: for class numbers, the number of classes. 0 without labels.
    [[nodiscard]] int size() const { return static_cast<int>(size_); }

    /// Whether labels are class numbers instead of vectors.
    [[nodiscard]] bool has_classes() const { return !labels_.empty() && kind_ == 0; }

    /// The label of a picture as in the file; null if it has none.
    [[nodiscard]] const Label* find(const std::string& name) const {
        const auto i = index(name);
        return i ? &labels_[*i] : nullptr;
    }

    /// The place of a name in names(), if it is there.
    [[nodiscard]] std::optional<std::size_t> index(const std::string& name) const {
        const auto at = std::lower_bound(order_.begin(), order_.end(), name,
                                         [this](std::size_t i, const std::string& n) { return names_[i] < n; });
        if (at == order_.end() || names_[*at] != name) return std::nullopt;
        return *at;
    }

    /// The label of names()[i].
    [[nodiscard]] const Label& at(std::size_t i) const { return labels_.at(i); }

    /// A label as a vector of length size(); one-hot for a class number.
    [[nodiscard]] std::vector<float> vector(const Label& label) const {
        if (const auto* values = std::get_if<std::vector<float>>(&label)) return *values;
        std::vector<float> one_hot(size_, 0.0f);
        one_hot.at(static_cast<std::size_t>(std::get<std::int64_t>(label))) = 1.0f;
        return one_hot;
    }

private:
    /// @return what is wrong
    std::string add(std::string name, Label label) {
        const auto kind = [](std::size_t index) { return index == 0 ? "class number" : "vector"; };
        if (!labels_.empty() && label.index() != kind_)
            return text("is a ", kind(label.index()), ", expected a ", kind(kind_), " like the labels before it");
        std::size_t size = 0;
        if (const auto* k = std::get_if<std::int64_t>(&label))
            size = static_cast<std::size_t>(*k) + 1;
        else
            size = std::get<std::vector<float>>(label).size();
        if (label.index() == 1 && !labels_.empty() && size != size_)
            return text("has ", size, " numbers, expected ", size_, " like the labels before it");
        size_ = std::max(size_, size);
        kind_ = label.index();
        names_.push_back(std::move(name));
        labels_.push_back(std::move(label));
        return {};
    }

    std::vector<std::string> names_;
    std::vector<Label> labels_;       // of names_
    std::vector<std::size_t> order_;  // of names_, sorted
    std::size_t size_ = 0, kind_ = 0;
};

}  // namespace stylegan
