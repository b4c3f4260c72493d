// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace stylegan::detail {

/// Takes the labels from the text of a `dataset.json` as it is parsed, so that nothing else is kept: the file of a
/// million pictures is large. At the first fault it stops.
class LabelParser : public nlohmann::json::json_sax_t {
public:
    using Label = std::variant<std::int64_t, std::vector<float>>;
    static constexpr std::int64_t class_limit = 1 << 20;
    static constexpr int deepest = 32;
    static constexpr std::size_t longest_name = 4096;  ///< bytes; no file system has longer ones

    /// @param take  is called for each label; returns what is wrong with it, or nothing
    using Take = std::function<std::string(std::string name, Label label)>;
    explicit LabelParser(Take take) : take_(std::move(take)) {}

    /// What is wrong, as the continuation of a message; empty if nothing is.
    [[nodiscard]] const std::string& fault() const { return fault_; }

    bool null() override { return value(std::nullopt, "null"); }
    bool boolean(bool v) override { return value(std::nullopt, v ? "true" : "false"); }
    bool number_integer(number_integer_t v) override { return value(static_cast<double>(v), std::to_string(v)); }
    bool number_unsigned(number_unsigned_t v) override { return value(static_cast<double>(v), std::to_string(v)); }
    bool number_float(number_float_t v, const string_t& s) override { return value(v, s); }
    bool binary(binary_t&) override { return false; }  // not in JSON
    bool string(string_t& s) override { return place() == Place::name ? take_name(s) : value(std::nullopt, "a text"); }
    bool start_object(std::size_t) override {
        const Place here = place();
        if (!deeper()) return false;
        if (here == Place::outermost || here == Place::other) return true;
        if (here != Place::labels) return wrong(here);
        list_ = false;
        return true;
    }
    bool start_array(std::size_t) override {
        const Place here = place();
        if (!deeper()) return false;
        if (here == Place::other || here == Place::entry) return true;
        if (here == Place::labels) return list_ = true;
        if (here != Place::label) return wrong(here);
        vector_.emplace();
        return true;
    }
    bool end_object() override {
        --depth_;
        return true;
    }
    bool end_array() override {
        const bool vector = vector_.has_value(), entry = in_labels_ && list_ && depth_ == 3;
        --depth_;
        if (vector) {
            if (vector_->empty()) return wrong(Place::label);
            Label label = *std::exchange(vector_, std::nullopt);
            return take(std::move(label));
        }
        if (!entry) return true;
        if (!labelled_) return wrong(Place::entry);
        has_name_ = labelled_ = false;
        ++entries_;
        return true;
    }
    bool key(string_t& name) override {
        if (depth_ == 1) {
            in_labels_ = name == "labels";
            if (in_labels_ && std::exchange(found_, true)) return fail(": names \"labels\" twice");
        } else if (place() == Place::name) {
            return take_name(name);
        }
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& e) override {
        return fail(text(": is not JSON: ", shortened(e.what(), 200)));
    }

private:
    /// What is expected next.
    enum class Place { outermost, other, labels, entry, name, label, number };

    [[nodiscard]] Place place() const {
        if (depth_ == 0) return Place::outermost;
        if (!in_labels_) return Place::other;
        if (depth_ == 1) return Place::labels;
        if (vector_) return Place::number;
        if (list_ && depth_ == 2) return Place::entry;
        return has_name_ ? Place::label : Place::name;
    }

    bool take_name(std::string& s) {
        if (s.size() > longest_name)
            return fail(text(": entry ", entries_, " of \"labels\" has a name of ", s.size(),
                             " bytes, expected at most ", longest_name));
        name_ = std::move(s);
        has_name_ = true;
        return true;
    }

    bool fail(std::string what) {
        fault_ = std::move(what);
        return false;
    }
    bool deeper() { return ++depth_ <= deepest || fail(text(": is JSON nested more than ", deepest, " deep")); }

    /// Something of a wrong kind.
    bool wrong(Place here) {
        const std::string label = text(": label of ", shortened(name_), ' ');
        if (here == Place::outermost) return fail(": is not a JSON object with the key \"labels\"");
        if (here == Place::labels) return fail(": \"labels\" is neither a list nor null");
        if (here == Place::label && !labelled_) return fail(label + "is neither a class number nor a list of numbers");
        if (here == Place::number) return fail(label + "has an entry that is not a number");
        return fail(text(": entry ", entries_, " of \"labels\" is not a pair [name, label]"));
    }

    /// A value that is not a container.
    bool value(std::optional<double> number, const std::string& words) {
        const Place here = place();
        if (here == Place::other || (here == Place::labels && words == "null")) return true;
        if (here == Place::number && number) {
            vector_->push_back(static_cast<float>(*number));
            return std::isfinite(vector_->back()) ||
                   fail(text(": label of ", shortened(name_), " has an entry that no float can hold"));
        }
        // 6.0 is a class, as in the official reader
        if (here != Place::label || labelled_ || !number || *number != std::floor(*number)) return wrong(here);
        if (*number < 0 || *number >= static_cast<double>(class_limit))
            return fail(text(": label of ", shortened(name_), " is ", words, ", expected a class number from 0 to ",
                             class_limit - 1));
        return take(static_cast<std::int64_t>(*number));
    }

    bool take(Label label) {
        if (labelled_) return wrong(Place::entry);
        std::string shown = shortened(name_);
        const std::string what = take_(std::move(name_), std::move(label));
        if (!what.empty()) return fail(text(": label of ", shown, ' ', what));
        labelled_ = list_;
        if (!list_) has_name_ = false;
        return true;
    }

    Take take_;
    std::string fault_, name_;
    std::optional<std::vector<float>> vector_;
    std::size_t entries_ = 0;
    int depth_ = 0;
    bool found_ = false, in_labels_ = false, list_ = false;
    bool has_name_ = false, labelled_ = false;  // of this entry
};

}  // namespace stylegan::detail
