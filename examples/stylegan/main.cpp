// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "printing/progress.hpp"
#include "ranks/program_ranks.hpp"
#include "run/resume.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/core/version.hpp>
#include <stylegan/io/tensors/extra_tensors.hpp>

#include <CLI/CLI.hpp>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <thread>

namespace {

using namespace stylegan::examples;

/// Prints one line on stderr; line breaks in the message become spaces. @return status
int failed(std::string message, int status) {
    constexpr std::size_t longest = 4000;  // names in it have limits of their own
    if (message.size() > longest) message = message.substr(0, longest) + "...";
    std::replace_if(
        message.begin(), message.end(), [](unsigned char c) { return c < ' '; }, ' ');
    std::fflush(stdout);
    std::fprintf(stderr, "stylegan: %s\n", message.c_str());
    ProgramRanks::end_all(status);
    return status;
}

/// The same on one of several ranks. Rank 0 speaks first, and then ends the others, so that an error of all is one
/// line; a launcher takes some seconds for that.
/// @param shared  whether all ranks have this error
int failed_on_rank(const std::string& message, int status, bool shared = false) {
    const auto ranks = ProgramRanks::all();
    if (ranks->size() == 1) return failed(message, status);
    if (ranks->rank() != 0) std::this_thread::sleep_for(std::chrono::seconds(shared ? 20 : 4));
    return failed((ranks->rank() != 0 ? ranks->name() + ": " : "") + message, status);
}

std::string names_of_commands(const CLI::App& app) {
    std::string names;
    for (const CLI::App* command : app.get_subcommands({})) names += (names.empty() ? "" : ", ") + command->get_name();
    return names;
}

bool has_command(const CLI::App& app, const std::string& name) {
    return !app.get_subcommands([&](const CLI::App* command) { return command->get_name() == name; }).empty();
}

/// Writes out what was printed. If the reader of a pipe has gone, as after `| head`, the program ends by SIGPIPE, as
/// others do, but only now: files are complete.
/// @return status: that of the command, or 1 if the standard output cannot be written
int flushed(int status) {
    errno = 0;
    std::cout.flush();
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good()) return status;
    if (output_is_closed()) {
        std::signal(SIGPIPE, SIG_DFL);
        std::raise(SIGPIPE);
    }
    const int error = print_error() != 0 ? print_error() : errno;
    std::fprintf(stderr, "stylegan: the standard output cannot be written: %s\n", std::strerror(error));
    return 1;
}

/// Makes writing fail, with a message, where the system would end the program: into a pipe without a reader, or a file
/// larger than the limit of the shell. Files that are opened never take the place of a standard stream that is closed.
void prepare_streams() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    for (int descriptor = 0; descriptor < 3; ++descriptor)
        if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) (void)::open("/dev/null", O_RDONLY);
}

int run(int argc, char** argv) {
    CLI::App app{
        "StyleGAN (2019): generate pictures, train networks, prepare data.\n`stylegan COMMAND --help` lists the "
        "options of a command."};
    app.name("stylegan");
    const auto& version = stylegan::version;
    app.set_version_flag("--version", stylegan::text("stylegan ", version[0], '.', version[1], '.', version[2]));
    app.require_subcommand(0, 1);
    add_generate(app);
    add_style_mixing(app);
    add_truncation(app);
    add_noise(app);
    add_noise_components(app);
    add_uncurated(app);
    add_interpolate(app);
    add_calc_metrics(app);
    add_lpips(app);
    add_fid(app);
    add_report(app);
    add_project(app);
    add_directions(app);
    add_edit(app);
    add_train(app);
    add_dataset_tool(app);
    add_info(app);
    add_convert(app);
    add_view(app);
    add_blend(app);
    add_benchmark(app);

    try {
        if (argc < 2)
            return failed_on_rank(
                "no command given, expected one of " + names_of_commands(app) + "; see stylegan --help", 2);
        if (argv[1][0] != '-' && !has_command(app, argv[1]))
            return failed_on_rank(stylegan::text('"', argv[1], "\" is not a command, expected one of ",
                                                 names_of_commands(app), "; see stylegan --help"),
                                  2);
        app.parse(argc, argv);
        return flushed(0);
    } catch (const CLI::Success& request) {  // --help, --version
        return flushed(app.exit(request));
    } catch (const CLI::ValidationError& error) {  // from usage_error()
        return failed_on_rank(error.what(), 2);
    } catch (const CLI::ExtrasError&) {
        std::string unknown;
        for (const std::string& part : app.remaining(true)) unknown += (unknown.empty() ? "" : " ") + part;
        return failed_on_rank(
            stylegan::text("arguments that were not expected: ", unknown, "; see stylegan ", argv[1], " --help"), 2);
    } catch (const CLI::ParseError& error) {
        const std::string command = has_command(app, argv[1]) ? std::string(argv[1]) + ' ' : "";
        return failed_on_rank(stylegan::text(error.what(), "; see stylegan ", command, "--help"), 2);
    } catch (const Interrupted& error) {
        return failed_on_rank(error.what(), 130);  // what a shell reports after Ctrl-C
    } catch (const SharedError& error) {
        return failed_on_rank(error.what(), 1, true);
    } catch (const stylegan::ExtraTensorsError& error) {
        const bool allowed = app.get_subcommands().at(0)->get_option_no_throw("--allow-extra") != nullptr;
        return failed_on_rank(stylegan::text(error.what(), allowed ? "; --allow-extra ignores them" : ""), 1);
    } catch (const stylegan::FormatError& error) {
        return failed_on_rank(error.what() + advice_on_damaged_snapshot(error.what()), 1);
    } catch (const std::bad_alloc&) {
        return failed_on_rank("out of memory", 1);
    } catch (const std::exception& error) {
        return failed_on_rank(error.what(), 1);
    }
}

}  // namespace

int main(int argc, char** argv) {
    prepare_streams();
    try {
        const ProgramRanks ranks;
        return run(argc, argv);
    } catch (const stylegan::Error& error) {  // the ranks cannot come together
        return failed(error.what(), 1);
    }
}
