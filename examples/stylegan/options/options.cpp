// SPDX-License-Identifier: Apache-2.0
#include "options/options.hpp"

#include "ranks/program_ranks.hpp"

#include <stylegan/io/pictures/image.hpp>

#include <CLI/CLI.hpp>

#include <utility>

namespace stylegan::examples {

void usage_error(const std::string& flag, const std::string& what) { throw CLI::ValidationError(flag, what); }

CLI::App& add_command(CLI::App& app, const std::string& name, const std::string& help, std::function<void()> run) {
    CLI::App& command = *app.add_subcommand(name, help);
    const bool shares_work = name == "train" || name == "generate" || name == "calc-metrics" || name == "fid";
    command.callback([shares_work, name, run = std::move(run)] {
        if (!shares_work) require_one_rank(name);
        run();
    });
    return command;
}

CLI::Option& add_option(CLI::App& command, const std::string& flag, const std::string& form,
                        std::function<bool(const std::string&)> take, const std::string& expected,
                        const std::string& help) {
    const auto read = [=](const CLI::results_t& given) {
        if (!take(given.back()))
            usage_error(flag, text("is \"", given.back(), "\", expected ", expected));  // the last one counts
        return true;
    };
    return *command.add_option(flag, read, help)->type_name(form)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

CLI::Option& add_optional(CLI::App& command, const std::string& flag, const std::string& form,
                          std::function<bool(const std::string&)> take, const std::string& expected,
                          const std::string& help) {
    return *add_option(command, flag, form, std::move(take), expected, help).expected(0, 1);
}

CLI::Option& add_flag(CLI::App& command, const std::string& flag, bool& value, const std::string& help) {
    return *command.add_flag(flag, value, help);
}

CLI::Option& add_flag(CLI::App& command, const std::string& flag, std::function<void()> set, const std::string& help) {
    return *command.add_flag_callback(flag, std::move(set), help);
}

CLI::Option& add_switch(CLI::App& command, const std::string& flag, std::optional<bool>& value,
                        const std::string& help) {
    const auto parse = [](const std::string& given) -> std::optional<bool> {  // empty if the flag stands alone
        const std::string s = lower_case(given);                              // "True", as Python writes it
        if (s.empty() || s == "1" || s == "true" || s == "yes" || s == "on") return true;
        if (s == "0" || s == "false" || s == "no" || s == "off") return false;
        return std::nullopt;
    };
    CLI::Option& option = add_parsed(command, flag, value, "[0|1]", parse, "0 or 1; without a value it is 1", help);
    return *option.expected(0, 1);
}

CLI::Option& add_path(CLI::App& command, const std::string& flag, std::filesystem::path& value, const std::string& form,
                      const std::string& help) {
    const auto take = [&value](const std::string& s) {
        const auto path = parse_path(s);
        if (path) value = *path;
        return path.has_value();
    };
    return add_option(command, flag, form, take, path_form, help);
}

CLI::Option& add_paths(CLI::App& command, const std::string& flag, std::vector<std::filesystem::path>& values,
                       const std::string& form, const std::string& help) {
    const auto read = [=, &values](const CLI::results_t& given) {
        values.clear();
        for (const std::string& s : given) {
            const auto path = parse_path(s);
            if (!path) usage_error(flag, text("is \"", s, "\", expected ", path_form));
            values.push_back(*path);
        }
        return true;
    };
    return *command.add_option(flag, read, help)->type_name(form)->expected(1, 1 << 20);
}

CLI::Option& add_threads(CLI::App& command, int& threads) {
    return add_whole(command, "--threads", threads, {0, 1024},
                     "number of CPU threads (default 0: all that the machine has)");
}

void add_max_pixels(CLI::App& command, std::uint64_t& max_pixels) {
    add_whole(command, "--max-pixels", max_pixels, {1, static_cast<std::int64_t>(PictureLimits::most_pixels)},
              text("pixels of the largest picture to decode, width times height (default ",
                   PictureLimits::default_pixels, ": 8192x8192)"));
}

void add_lod(CLI::App& command, std::optional<double>& lod) {
    add_real(
        command, "--lod", lod, {0, 14},
        "level of detail: 0 is full resolution, and each 1 more leaves out the finest layers that are left (default: "
        "the network's own; where its file does not store one, what its layers suggest)");
}

void add_allow_extra(CLI::App& command, ExtraTensors& extra) {
    add_flag(
        command, "--allow-extra", [&extra] { extra = ExtraTensors::ignored; },
        "ignore tensors in the file that its networks do not have");
}

CLI::Option& add_layer_list(CLI::App& command, const std::string& flag, std::string& value, const std::string& help) {
    const auto any = [](const std::string& s) { return std::optional(s); };
    return add_parsed(command, flag, value, "LIST", any, layer_list_form, help);
}

void require(CLI::Option& option) { option.required(); }
void exclude(CLI::Option& option, CLI::Option& other) { option.excludes(&other); }
void need(CLI::Option& option, CLI::Option& other) { option.needs(&other); }

}  // namespace stylegan::examples
