// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "printing/progress.hpp"
#include "run/resume.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/core/version.hpp>
#include <stylegan/io/tensors/extra_tensors.hpp>

#include <CLI/CLI.hpp>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>
#include <string>

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
    return status;
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

}  // namespace

int main(int argc, char** argv) {
    prepare_streams();
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
            return failed("no command given, expected one of " + names_of_commands(app) + "; see stylegan --help", 2);
        if (argv[1][0] != '-' && !has_command(app, argv[1]))
            return failed(stylegan::text('"', argv[1], "\" is not a command, expected one of ", names_of_commands(app),
                                         "; see stylegan --help"),
                          2);
        app.parse(argc, argv);
        return flushed(0);
    } catch (const CLI::Success& request) {  // --help, --version
        return flushed(app.exit(request));
    } catch (const CLI::ValidationError& error) {  // from usage_error()
        return failed(error.what(), 2);
    } catch (const CLI::ExtrasError&) {
        std::string unknown;
        for (const std::string& part : app.remaining(true)) unknown += (unknown.empty() ? "" : " ") + part;
        return failed(
            stylegan::text("arguments that were not expected: ", unknown, "; see stylegan ", argv[1], " --help"), 2);
    } catch (const CLI::ParseError& error) {
        const std::string command = has_command(app, argv[1]) ? std::string(argv[1]) + ' ' : "";
        return failed(stylegan::text(error.what(), "; see stylegan ", command, "--help"), 2);
    } catch (const Interrupted& error) {
        return failed(error.what(), 130);  // what a shell reports after Ctrl-C
    } catch (const stylegan::ExtraTensorsError& error) {
        const bool allowed = app.get_subcommands().at(0)->get_option_no_throw("--allow-extra") != nullptr;
        return failed(stylegan::text(error.what(), allowed ? "; --allow-extra ignores them" : ""), 1);
    } catch (const stylegan::FormatError& error) {
        return failed(error.what() + advice_on_damaged_snapshot(error.what()), 1);
    } catch (const std::bad_alloc&) {
        return failed("out of memory", 1);
    } catch (const std::exception& error) {
        return failed(error.what(), 1);
    }
}
