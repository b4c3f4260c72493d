// SPDX-License-Identifier: Apache-2.0
// check_commands PROGRAM SOURCES FOLDER DOCUMENT...: checks the command lines in ```sh blocks of Markdown documents.
//
//   - PROGRAM is the command line `stylegan`. Each of its lines must name a command and flags that `--help` names. If the files
//     that it reads are there, it is run in FOLDER, which has a copy of SOURCES/examples/data; training with --dry-run.
//   - A script must be in SOURCES, and its text must have the flags.
//   - cmake: presets and options STYLEGAN_... must be those of SOURCES. Our own programs must have a source file.
//   - The targets stylegan::NAME in ```cmake blocks must be those of cmake/.
//   - <!-- not run: REASON --> : its lines are not run, and may be of other programs; all of these are listed.
#include "markdown.hpp"

#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>

namespace {

namespace fs = std::filesystem;
using readme::Block;
using readme::starts_with;
using Words = std::vector<std::string>;

struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::string content_of(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string in_quotes(const std::string& s) { return "'" + s + "'"; }

/// The commands of a block: lines that end with \ are joined, comments and what is behind a pipe or > are taken off.
std::vector<std::string> commands_of(const Block& block) {
    std::vector<std::string> all;
    std::string joined;
    for (const std::string& line : block.lines) {
        joined += line;
        if (!joined.empty() && joined.back() == '\\') {
            joined.back() = ' ';
            continue;
        }
        joined = readme::trimmed(joined.substr(0, joined.find(" #")));
        if (starts_with(joined, "#")) joined.clear();
        while (!joined.empty()) {
            const auto end = joined.find(" && ");
            const std::string one = joined.substr(0, end);
            all.push_back(readme::trimmed(one.substr(0, std::min(one.find(" | "), one.find(" > ")))));
            joined = end == std::string::npos ? "" : joined.substr(end + 4);
        }
    }
    return all;
}

Words words_of(const std::string& command) {
    std::istringstream in(command);
    Words words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

/// "N", "FILE", "H:N": stands for something of the reader's own.
bool is_placeholder(const std::string& word) {
    bool letters = false;
    for (const char c : word) {
        if (std::islower(static_cast<unsigned char>(c)) || c == '.' || c == '/') return false;
        letters = letters || std::isupper(static_cast<unsigned char>(c));
    }
    return letters && word[0] != '-';
}

class Checker {
public:
    Checker(std::string program, fs::path sources, fs::path folder)
        : program_(std::move(program)), sources_(std::move(sources)), folder_(std::move(folder)) {
        fs::remove_all(folder_);
        fs::create_directories(folder_ / "examples");
        fs::copy(sources_ / "examples/data", folder_ / "examples/data");  // commands write beside the network
    }

    void check(const Block& block) {
        const auto reason = block.notes.find("not run");
        may_run_ = reason == block.notes.end();
        if (!may_run_) std::cout << block.document << ":" << block.line << ": not run: " << reason->second << '\n';
        for (const std::string& command : commands_of(block)) try {
                ++lines_;
                check(words_of(command), command);
            } catch (const Failure& failure) {
                std::cout << block.document << ":" << block.line << ": " << command << "\n    " << failure.what()
                          << '\n';
                ++failures_;
            }
        marked_ += may_run_ ? 0 : 1;
    }

    /// The targets that a block of CMake links.
    void check_targets(const Block& block) {
        std::string text;
        for (const auto& entry : fs::directory_iterator(sources_ / "cmake")) text += content_of(entry.path());
        for (const std::string& line : block.lines)
            for (std::string::size_type at = line.find("stylegan::"); at != std::string::npos;
                 at = line.find("stylegan::", at + 1)) {
                ++lines_;
                const std::string target = line.substr(at, line.find_first_of(" )", at) - at);
                if (text.find("add_library(" + target + " ALIAS") != std::string::npos) continue;
                std::cout << block.document << ":" << block.line << ": there is no target " << target << '\n';
                ++failures_;
            }
    }

    /// @return whether there was something to check, and all of it was right
    [[nodiscard]] bool passed() const {
        std::cout << lines_ << " command lines: " << run_ << " run, " << lines_ - run_ << " with their names checked; "
                  << marked_ << " blocks marked as not run; " << failures_ << " wrong\n";
        return lines_ > 0 && failures_ == 0;
    }

private:
    void check(const Words& words, const std::string& command) {
        const std::string& first = words.at(0);
        const std::string name = fs::path(first).filename().string();
        if (first == "stylegan" || first.ends_with("/examples/stylegan")) return check_stylegan(words, command);
        if (name.ends_with(".sh") || name.ends_with(".py")) return check_script(words);
        if (name == "bash" || name == "python3") return check_script({words.begin() + 1, words.end()});
        if (name == "cmake") return check_cmake(words);
        if (first.find("/examples/") != std::string::npos || fs::exists(sources_ / "examples" / (name + ".cpp")))
            return require(fs::exists(sources_ / "examples" / (name + ".cpp")), "examples/ has no " + name + ".cpp");
        if (starts_with(name, "bench_")) {
            const fs::path of = sources_ / "benchmarks" / name.substr(6);
            return require(fs::exists(of) || fs::exists(of.string() + ".cpp"), of.string() + " does not exist");
        }
        if (name == "ctest" || name == "clang-format" || name == "clang-tidy" || name == "export") return;
        require(!may_run_,
                "this test does not know the program \"" + first + "\"; mark the block: <!-- not run: REASON -->");
    }

    static void require(bool ok, const std::string& message) {
        if (!ok) throw Failure(message);
    }

    void check_script(const Words& words) const {
        const fs::path path = sources_ / words.at(0);
        require(fs::exists(path), "there is no " + words[0]);
        const std::string text = content_of(path);
        for (const std::string& word : words)
            if (starts_with(word, "--"))
                require(text.find(flag_of(word)) != std::string::npos, words[0] + " has no " + word);
    }

    void check_cmake(const Words& words) const {
        const std::string presets = content_of(sources_ / "CMakePresets.json");
        std::string options = content_of(sources_ / "CMakeLists.txt");
        for (const auto& entry : fs::recursive_directory_iterator(sources_))
            if (entry.path().filename() == "CMakeLists.txt" || entry.path().extension() == ".cmake")
                options += content_of(entry.path());
        for (std::size_t i = 1; i < words.size(); ++i) {
            if (words[i] == "--preset" && !is_placeholder(words.at(i + 1)))
                require(presets.find("\"name\": \"" + words.at(i + 1) + "\"") != std::string::npos,
                        "there is no preset " + words.at(i + 1));
            if (starts_with(words[i], "-DSTYLEGAN_"))
                require(options.find(flag_of(words[i]).substr(2)) != std::string::npos,
                        "there is no option " + words[i]);
            if (words[i] == "--target")
                for (std::size_t t = i + 1; t < words.size() && words[t][0] != '-'; ++t)
                    require(options.find(words[t]) != std::string::npos || starts_with(words[t], "test_"),
                            "there is no target " + words[t]);
        }
    }

    static std::string flag_of(const std::string& word) { return word.substr(0, word.find('=')); }

    /// The flags that a command of `stylegan` has, as its help names them.
    const std::set<std::string>& flags(const std::string& command) {
        const auto found = flags_.find(command);
        if (found != flags_.end()) return found->second;
        const auto [status, help] = output_of(in_quotes(program_) + " " + command + " --help");
        require(status == 0, "`stylegan " + command + " --help` fails");
        std::set<std::string> all;
        std::string word;
        for (const char c : help + " ")
            if (std::isalnum(static_cast<unsigned char>(c)) || c == '-')
                word += c;
            else if (!word.empty())
                all.insert(word), word.clear();
        return flags_[command] = all;
    }

    void check_stylegan(const Words& words, const std::string& command) {
        bool complete = may_run_;
        std::string name;
        for (std::size_t i = 1; i < words.size(); ++i) {
            const std::string& word = words[i];
            if (name.empty() && word[0] != '-') name = word;
            if (word == "..." || word.find('~') != std::string::npos || is_placeholder(word)) complete = false;
            if (is_placeholder(name)) return;  // `stylegan COMMAND --help`
            if (word[0] == '-' && !std::isdigit(static_cast<unsigned char>(word[1])))
                require(flags(name).count(flag_of(word)) != 0, "`stylegan " + name + "` has no " + word);
            if (i > 1 && is_input(words[i - 1]) && !fs::exists(folder_ / word)) complete = false;
            if ((name == "info" || name == "lpips" || name == "fid" || name == "report") && i > 1 && word[0] != '-' &&
                !fs::exists(folder_ / word))
                complete = false;
        }
        require(!name.empty() || words.size() > 1, "a command is missing");
        if (!name.empty()) (void)flags(name);
        if (!complete) return;
        std::string line = in_quotes(program_) + command.substr(command.find(' '));
        if (name == "train") line += " --dry-run";
        const auto [status, output] = output_of("cd " + in_quotes(folder_.string()) + " && " + line);
        require(status == 0, "fails: " + output);
        ++run_;
    }

    static bool is_input(const std::string& flag) {
        static const std::set<std::string> all{"--network", "--data",        "--source", "--target",
                                               "--latents", "--projected-w", "--vgg",    "--lpips",
                                               "--resume",  "--z",           "--run",    "--inception"};
        return all.count(flag) != 0;
    }

    static std::pair<int, std::string> output_of(const std::string& line) {
        std::string text;
        std::FILE* const pipe = popen((line + " 2>&1").c_str(), "r");
        if (pipe == nullptr) return {-1, "cannot be started"};
        std::array<char, 4096> part{};
        while (const std::size_t n = std::fread(part.data(), 1, part.size(), pipe)) text.append(part.data(), n);
        return {pclose(pipe), text};
    }

    std::string program_;
    fs::path sources_, folder_;
    std::map<std::string, std::set<std::string>> flags_;
    bool may_run_ = true;
    int lines_ = 0, run_ = 0, marked_ = 0, failures_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
    if (argc < 5) return std::cerr << "usage: check_commands PROGRAM SOURCES FOLDER DOCUMENT...\n", 2;
    Checker checker(argv[1], argv[2], argv[3]);
    for (int i = 4; i < argc; ++i)
        for (const Block& block : readme::blocks_of(argv[i]))
            if (block.language == "sh")
                checker.check(block);
            else if (block.language == "cmake")
                checker.check_targets(block);
    return checker.passed() ? 0 : 1;
} catch (const std::exception& error) {
    std::cerr << "check_commands: " << error.what() << '\n';
    return 1;
}
