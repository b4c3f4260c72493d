// SPDX-License-Identifier: Apache-2.0
#include "view/view_state.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/io/files/parse_json.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace stylegan::examples {
namespace {

using Json = nlohmann::json;

/// The members of an object, each taken once, with errors that name it.
class Members {
public:
    Members(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
        if (!json.is_object()) fail(where_.empty() ? "the state" : where_, json, "an object");
    }

    template <class T>
    void whole(const char* name, T& value, std::int64_t least, std::int64_t most) {
        const Json* const found = take(name);
        if (found == nullptr) return;
        const bool fits =
            found->is_number_unsigned()
                ? found->get<std::uint64_t>() >= static_cast<std::uint64_t>(std::max<std::int64_t>(least, 0)) &&
                      found->get<std::uint64_t>() <= static_cast<std::uint64_t>(most)
                : found->is_number_integer() && found->get<std::int64_t>() >= least;
        if (!fits) fail(path(name), *found, text("a whole number from ", least, " to ", most));
        value = static_cast<T>(found->get<std::int64_t>());
    }
    void real(const char* name, double& value, double most) {
        const Json* const found = take(name);
        if (found == nullptr) return;
        if (!found->is_number() || !(std::abs(found->get<double>()) <= most))
            fail(path(name), *found, text("a number from ", -most, " to ", most));
        value = found->get<double>();
    }
    void word(const char* name, std::string& value, const std::set<std::string>& words, const std::string& expected) {
        const Json* const found = take(name);
        if (found == nullptr) return;
        if (!found->is_string() || (!words.empty() && words.count(found->get<std::string>()) == 0) ||
            found->get<std::string>().size() > 100)
            fail(path(name), *found, expected);
        value = found->get<std::string>();
    }
    /// nullptr if it is missing or null.
    const Json* take(const char* name) {
        known_.insert(name);
        const auto found = json_.find(name);
        return found == json_.end() || found->is_null() ? nullptr : &*found;
    }
    void layers(const char* name, ViewState::Layers& value, const Architecture& a) {
        const Json* const found = take(name);
        if (found == nullptr) return;
        if (!found->is_array() || found->size() != 2) fail(path(name), *found, "two layers, the first and the last");
        for (const Json& layer : *found)
            if (!layer.is_number_integer() || layer.get<std::int64_t>() < 0 || layer.get<std::int64_t>() >= a.layers())
                fail(path(name), *found, text("layers from 0 to ", a.layers() - 1));
        value = {(*found)[0].get<int>(), (*found)[1].get<int>()};
    }
    void end() const {
        for (const auto& [name, value] : json_.items())
            if (known_.count(name) == 0) throw FormatError(text(path(shortened(name)), ": is not a member of a state"));
    }

    [[noreturn]] static void fail(const std::string& name, const Json& found, const std::string& expected) {
        throw FormatError(text(name, ": is ", shortened(found.dump(-1, ' ', true, Json::error_handler_t::replace), 40),
                               ", expected ", expected));
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return where_.empty() ? name : where_ + '.' + name;
    }

private:
    const Json& json_;
    std::string where_;
    std::set<std::string> known_;
};

constexpr std::int64_t largest_seed = std::numeric_limits<std::uint32_t>::max();

}  // namespace

ViewState parse_view_state(std::string_view json, const Architecture& a, std::size_t directions) {
    const Json parsed = parse_json(json, "the state");
    ViewState s;
    s.cutoff = a.layers();
    s.edit_layers = {0, a.layers() - 1};
    Members m(parsed, "");
    m.whole("seed", s.seed, 0, largest_seed);
    m.word("w", s.w, {}, "the name of a projection");
    m.whole("right", s.right, 0, largest_seed);
    m.whole("up", s.up, 0, largest_seed);
    m.real("x", s.x, 10);
    m.real("y", s.y, 10);
    m.real("psi", s.psi, 10);
    m.whole("cutoff", s.cutoff, 0, a.layers());
    m.word("noise", s.noise, {"const", "random", "none"}, "const, random or none");
    m.whole("noise_seed", s.noise_seed, 0, largest_seed);
    m.real("noise_strength", s.noise_strength, 100);
    m.whole("label", s.label, 0, std::max(0, a.label_size - 1));
    m.layers("edit_layers", s.edit_layers, a);
    if (const Json* const mix = m.take("mix")) {
        Members of_mix(*mix, "mix");
        ViewState::Mix read;
        of_mix.whole("seed", read.seed, 0, largest_seed);
        of_mix.layers("layers", read.layers, a);
        of_mix.end();
        s.mix = read;
    }
    if (const Json* const edits = m.take("edits")) {
        if (!edits->is_array() || edits->size() > directions)
            Members::fail("edits", *edits, text("a list of at most ", directions, ", one for each direction"));
        for (std::size_t i = 0; i < edits->size(); ++i) {
            Members of_edit((*edits)[i], text("edits[", i, ']'));
            ViewState::Edit edit;
            of_edit.whole("direction", edit.direction, 0, static_cast<std::int64_t>(directions) - 1);
            of_edit.real("strength", edit.strength, 100);
            of_edit.end();
            if (edit.strength != 0) s.edits.push_back(edit);
        }
    }
    m.end();
    return s;
}

}  // namespace stylegan::examples
