// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace test {

/// Exit status (128 + the signal, if one ended the program) and output of a run.
struct Outcome {
    int status = 0;
    std::string out, err;
    long peak_kib = 0;  ///< most memory that it had
};

/// The program `stylegan`, started in a folder, without a terminal. The destructor kills it.
class Program {
public:
    /// @param out  a file for the output, such as /dev/full; empty: it is kept
    Program(const std::filesystem::path& folder, std::vector<std::string> arguments, const char* out = nullptr) {
        arguments.insert(arguments.begin(), STYLEGAN_PROGRAM);
        std::vector<char*> argv;
        for (std::string& a : arguments) argv.push_back(a.data());
        argv.push_back(nullptr);

        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        if (out)
            posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY, 0);
        else
            posix_spawn_file_actions_adddup2(&actions, ::fileno(out_.get()), 1);
        posix_spawn_file_actions_adddup2(&actions, ::fileno(err_.get()), 2);
        const int error = ::posix_spawn(&process_, STYLEGAN_PROGRAM, &actions, nullptr, argv.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        if (error != 0) throw std::runtime_error("cannot start " STYLEGAN_PROGRAM);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program() {
        if (process_ == 0) return;
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }

    /// Sends SIGINT, as Ctrl-C does.
    void interrupt() const { signal(SIGINT); }
    /// SIGTERM, as a scheduler sends it; SIGHUP, as a terminal that is closed.
    void signal(int number) const { ::kill(process_, number); }

    /// The output on stdout so far.
    [[nodiscard]] std::string printed() const { return content(out_.get()); }

    /// Waits for its end; call once.
    [[nodiscard]] Outcome wait() {
        int status = 0;
        struct rusage usage {};
        if (::wait4(process_, &status, 0, &usage) != process_)
            throw std::runtime_error("cannot wait for " STYLEGAN_PROGRAM);
        process_ = 0;
        return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), content(out_.get()),
                content(err_.get()), usage.ru_maxrss};
    }

private:
    struct Close {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    using File = std::unique_ptr<std::FILE, Close>;

    static File temporary() {
        File file(std::tmpfile());
        if (!file) throw std::runtime_error("no temporary file could be made");
        return file;
    }

    static std::string content(std::FILE* file) {
        std::string all;
        char block[4096];
        for (ssize_t n; (n = ::pread(::fileno(file), block, sizeof block, static_cast<off_t>(all.size()))) > 0;)
            all.append(block, static_cast<std::size_t>(n));
        return all;
    }

    File out_ = temporary(), err_ = temporary();
    pid_t process_ = 0;
};

/// Runs `stylegan arguments...` in a folder to its end.
inline Outcome run_program(const std::filesystem::path& folder, std::vector<std::string> arguments) {
    return Program(folder, std::move(arguments)).wait();
}
inline Outcome run_program(const TemporaryFolder& folder, std::vector<std::string> arguments) {
    return run_program(folder.path(), std::move(arguments));
}

/// Checks that a run succeeded: exit status 0 and nothing on stderr.
inline void check_success(const Outcome& o) {
    BOOST_TEST(o.status == 0);
    BOOST_TEST(o.err == "");
}

/// Checks that a run failed with `status` and one line on stderr, "stylegan: ...", which contains all of `parts`.
inline void check_error(const Outcome& o, int status, std::initializer_list<const char*> parts) {
    BOOST_TEST_CONTEXT("stderr: " << o.err) {
        BOOST_TEST(o.status == status);
        BOOST_TEST(o.err.starts_with("stylegan: "));
        BOOST_TEST(std::count(o.err.begin(), o.err.end(), '\n') == 1);
        BOOST_TEST(o.err.ends_with('\n'));
        for (const char* part : parts) BOOST_TEST(contains(o.err, part), "expected in it: " << part);
    }
}

/// A file of examples/data.
inline std::filesystem::path example_data(const std::string& name) {
    return std::filesystem::path(STYLEGAN_DATA_DIR) / name;
}

/// Skips a test if a file of examples/data is missing.
inline auto needs_example_data(const std::string& name) {
    return boost::unit_test::precondition([name](boost::unit_test::test_unit_id) {
        boost::test_tools::assertion_result there(exists(example_data(name)));
        there.message() << "there is no examples/data/" << name;
        return there;
    });
}

/// Skips a test where a command fails.
inline auto needs(const std::string& command) {
    return boost::unit_test::precondition([command](boost::unit_test::test_unit_id) {
        boost::test_tools::assertion_result can(std::system((command + " > /dev/null 2>&1").c_str()) == 0);
        can.message() << command << " fails here";
        return can;
    });
}

}  // namespace test
