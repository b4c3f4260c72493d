// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options/parse.hpp"

#include <stylegan/io/tensors/extra_tensors.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace stylegan::examples {

// Options of commands, on top of CLI11. The header of CLI11 takes long to compile, so only a few files include it.

/// Reports wrong usage: "flag: what" on stderr, exit status 2.
[[noreturn]] void usage_error(const std::string& flag, const std::string& what);

/// Adds `stylegan name`, which calls run() after its options are parsed.
[[nodiscard]] CLI::App& add_command(CLI::App& app, const std::string& name, const std::string& help,
                                    std::function<void()> run);

/// An option with a value. If `take` returns false, that is a usage error: "--flag: is "text", expected ...".
/// @param form  stands for the value in --help
CLI::Option& add_option(CLI::App& command, const std::string& flag, const std::string& form,
                        std::function<bool(const std::string&)> take, const std::string& expected,
                        const std::string& help);

/// The same with a value that may be left out; `take` then gets an empty text.
CLI::Option& add_optional(CLI::App& command, const std::string& flag, const std::string& form,
                          std::function<bool(const std::string&)> take, const std::string& expected,
                          const std::string& help);

CLI::Option& add_flag(CLI::App& command, const std::string& flag, bool& value, const std::string& help);
CLI::Option& add_flag(CLI::App& command, const std::string& flag, std::function<void()> set, const std::string& help);
/// A flag that may be followed by 0 or 1 (or false, true ...), as in the official tools.
CLI::Option& add_switch(CLI::App& command, const std::string& flag, std::optional<bool>& value,
                        const std::string& help);
CLI::Option& add_path(CLI::App& command, const std::string& flag, std::filesystem::path& value, const std::string& form,
                      const std::string& help);
/// A path or several: `--flag A B`, or the flag again.
CLI::Option& add_paths(CLI::App& command, const std::string& flag, std::vector<std::filesystem::path>& values,
                       const std::string& form, const std::string& help);
CLI::Option& add_threads(CLI::App& command, int& threads);
/// --max-pixels of the commands that read pictures.
void add_max_pixels(CLI::App& command, std::uint64_t& max_pixels);
/// --lod.
void add_lod(CLI::App& command, std::optional<double>& lod);
/// --allow-extra. If a command has it, the message of an ExtraTensorsError mentions it.
void add_allow_extra(CLI::App& command, ExtraTensors& extra);

/// A list of layers as the user wrote it; parse_layer_list() reads it when the network is known.
CLI::Option& add_layer_list(CLI::App& command, const std::string& flag, std::string& value, const std::string& help);

/// Makes an option mandatory.
void require(CLI::Option& option);
/// Two options that cannot be combined.
void exclude(CLI::Option& option, CLI::Option& other);
/// An option that works only with `other`.
void need(CLI::Option& option, CLI::Option& other);

/// An option whose text `parse` turns into a value, or into nothing if the text is wrong.
template <class T, class Parse>
CLI::Option& add_parsed(CLI::App& command, const std::string& flag, T& value, const std::string& form, Parse parse,
                        const std::string& expected, const std::string& help) {
    const auto take = [&value, parse](const std::string& s) {
        auto parsed = parse(s);
        if (parsed) value = static_cast<T>(*std::move(parsed));
        return parsed.has_value();
    };
    return add_option(command, flag, form, take, expected, help);
}

/// A whole number. @tparam T  int, std::optional<int> and the like, large enough for the range
template <class T>
CLI::Option& add_whole(CLI::App& command, const std::string& flag, T& value, Range<std::int64_t> range,
                       const std::string& help) {
    const auto parse = [range](const std::string& s) { return parse_whole(s, range); };
    return add_parsed(command, flag, value, "N", parse, "a whole number" + range.words(), help);
}

/// A number. @tparam T  double or std::optional<double>
template <class T>
CLI::Option& add_real(CLI::App& command, const std::string& flag, T& value, Range<double> range,
                      const std::string& help) {
    const auto parse = [range](const std::string& s) { return parse_real(s, range); };
    return add_parsed(command, flag, value, "X", parse, "a number" + range.words(), help);
}

/// One of a few words, which are in small letters; capitals are taken for them.
template <class T>
CLI::Option& add_choice(CLI::App& command, const std::string& flag, T& value,
                        const std::vector<std::pair<std::string, T>>& choices, const std::string& help) {
    std::string words, form;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        words += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + choices[i].first;
        form += (i == 0 ? "" : "|") + choices[i].first;
    }
    const auto parse = [choices](const std::string& s) -> std::optional<T> {
        for (const auto& [word, meaning] : choices)
            if (word == lower_case(s)) return meaning;
        return std::nullopt;
    };
    return add_parsed(command, flag, value, form, parse, words, help);
}

}  // namespace stylegan::examples
