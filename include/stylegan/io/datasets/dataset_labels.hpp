// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
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
    using Label = std::variant<std::int64_t, std::vector<float>>;
    /// Class numbers are less.
    static constexpr std::int64_t class_limit = 1 << 20;

    /// No labels.
    DatasetLabels() = default;

    /// @param where  names the file in errors
    /// @throws FormatError if the text is not JSON of the form above, if labels differ in kind or length, or if a class
    ///         number is not in [0, class_limit)
    DatasetLabels(std::span<const std::uint8_t> json_text, const std::string& where) {
        nlohmann::json json;
        try {
            json = nlohmann::json::parse(json_text.begin(), json_text.end());
        } catch (const nlohmann::json::exception& e) {
            throw FormatError(text(where, ": is not JSON: ", e.what()));
        }
        if (!json.is_object()) throw FormatError(text(where, ": is not a JSON object with the key \"labels\""));
        const auto list = json.find("labels");
        if (list == json.end() || list->is_null()) return;
        if (list->is_object()) {  // the official reader takes this form, too
            for (const auto& [name, label] : list->items()) add(name, label, where);
            return;
        }
        if (!list->is_array()) throw FormatError(text(where, ": \"labels\" is neither a list nor null"));
        for (const nlohmann::json& pair : *list) {
            if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string())
                throw FormatError(
                    text(where, ": entry ", labels_.size(), " of \"labels\" is not a pair [name, label]"));
            add(pair[0].get<std::string>(), pair[1], where);
        }
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
        const auto found = labels_.find(name);
        return found == labels_.end() ? nullptr : &found->second;
    }

    /// A label as a vector of length size(); one-hot for a class number.
    [[nodiscard]] std::vector<float> vector(const Label& label) const {
        if (const auto* values = std::get_if<std::vector<float>>(&label)) return *values;
        std::vector<float> one_hot(size_, 0.0f);
        one_hot.at(static_cast<std::size_t>(std::get<std::int64_t>(label))) = 1.0f;
        return one_hot;
    }

private:
    void add(const std::string& name, const nlohmann::json& json, const std::string& where) {
        const auto fail = [&](const auto&... what) {
            throw FormatError(text(where, ": label of ", name, ' ', what...));
        };
        Label label;
        const bool whole = json.is_number_float() && std::abs(json.get<double>()) <= class_limit &&
                           json.get<double>() == std::floor(json.get<double>());
        if (json.is_number_integer() || whole) {  // 6.0 is a class, as in the official reader
            const auto k = json.is_number_unsigned() && json.get<std::uint64_t>() > class_limit
                               ? class_limit
                               : json.get<std::int64_t>();
            if (k < 0 || k >= class_limit)
                fail("is ", json.dump(), ", expected a class number from 0 to ", class_limit - 1);
            label = k;
            size_ = std::max(size_, static_cast<std::size_t>(k) + 1);
        } else {
            std::vector<float> values;
            if (!json.is_array() || json.empty()) fail("is neither a class number nor a list of numbers");
            for (const nlohmann::json& value : json) {
                if (!value.is_number()) fail("has an entry that is not a number");
                values.push_back(value.get<float>());
                if (!std::isfinite(values.back())) fail("has an entry that no float can hold");
            }
            if (!labels_.empty() && values.size() != size_ && kind_ == 1)
                fail("has ", values.size(), " numbers, expected ", size_, " like the labels before it");
            size_ = std::max(size_, values.size());
            label = std::move(values);
        }
        if (!labels_.empty() && label.index() != kind_)
            fail("is a ", label.index() == 0 ? "class number" : "vector", ", expected a ",
                 kind_ == 0 ? "class number" : "vector", " like the labels before it");
        kind_ = label.index();
        if (!labels_.emplace(name, std::move(label)).second) fail("is given twice");
        names_.push_back(name);
    }

    std::unordered_map<std::string, Label> labels_;
    std::vector<std::string> names_;
    std::size_t size_ = 0, kind_ = 0;
};

}  // namespace stylegan
