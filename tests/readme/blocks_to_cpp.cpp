// SPDX-License-Identifier: Apache-2.0
// blocks_to_cpp OUT.cpp DOCUMENT...: writes the C++ of Markdown documents into one file, which a compiler then checks.
//
//   - #include lines move to the top of the file.
//   - A block that has a main() stands in a namespace of its own; so does one after <!-- declarations -->.
//   - A block after <!-- file: NAME --> stands at file scope; where other blocks include NAME, they get it.
//   - Any other block is the body of a function.
//   - <!-- prelude: CODE --> is put in front of the block: what the text around it has introduced.
//   - <!-- continues --> : the block sees the names of the block before it.
//   - <!-- not compiled: REASON --> leaves a block out; all of these are listed.
#include "markdown.hpp"

#include <cstdio>
#include <iostream>
#include <set>

namespace {

using readme::Block;

bool is_include(const std::string& line) { return readme::starts_with(line, "#include"); }

/// `#include <stylegan/stylegan.hpp>  // all` -> `#include <stylegan/stylegan.hpp>`
std::string include_of(const std::string& line) { return readme::trimmed(line.substr(0, line.find("//"))); }

std::string text_of(const Block& block) {
    std::string text = "#line " + std::to_string(block.line) + " \"" + block.document + "\"\n";
    for (const std::string& line : block.lines) text += (is_include(line) ? "" : line) + "\n";
    return text;
}

bool has_main(const Block& block) {
    for (const std::string& line : block.lines)
        if (readme::starts_with(line, "int main(")) return true;
    return false;
}

/// Blocks that share their names: the first, and those that continue it.
struct Chain {
    std::string declarations, statements;
    int scopes = 0;

    void add(const Block& block) {
        const bool outside = has_main(block) || block.notes.count("declarations") != 0;
        std::string& to = outside ? declarations : statements;
        if (!outside) {
            to += "{\n";
            ++scopes;
        }
        if (const auto prelude = block.notes.find("prelude"); prelude != block.notes.end())
            to += "#line 1 \"prelude of " + block.document + ":" + std::to_string(block.line) + "\"\n" +
                  prelude->second + "\n";
        to += text_of(block);
    }

    [[nodiscard]] std::string text(int number) const {
        return "namespace block_" + std::to_string(number) + " {\n" + declarations + "void statements() {\n" +
               statements + std::string(static_cast<std::size_t>(scopes), '}') + "\n}\n}\n";
    }
};

}  // namespace

int main(int argc, char** argv) try {
    if (argc < 3) return std::cerr << "usage: blocks_to_cpp OUT.cpp DOCUMENT...\n", 2;
    std::set<std::string> includes, files;
    std::string at_file_scope;
    std::vector<Chain> chains;
    int compiled = 0, left_out = 0;
    for (int i = 2; i < argc; ++i)
        for (const Block& block : readme::blocks_of(argv[i])) {
            if (block.language != "cpp") continue;
            if (const auto reason = block.notes.find("not compiled"); reason != block.notes.end()) {
                std::cout << block.document << ":" << block.line << ": not compiled: " << reason->second << '\n';
                ++left_out;
                continue;
            }
            ++compiled;
            for (const std::string& line : block.lines)
                if (is_include(line)) includes.insert(include_of(line));
            if (const auto file = block.notes.find("file"); file != block.notes.end()) {
                files.insert("#include <" + file->second + ">");
                at_file_scope += text_of(block);
                continue;
            }
            if (block.notes.count("continues") == 0 || chains.empty()) chains.emplace_back();
            chains.back().add(block);
        }
    std::cout << compiled << " blocks of C++ to compile, " << left_out << " left out\n";
    if (compiled == 0) throw std::runtime_error("the documents have no C++ in them");

    std::ofstream out(argv[1]);
    for (const std::string& line : includes)
        if (files.count(line) == 0) out << line << '\n';
    out << at_file_scope;
    for (std::size_t i = 0; i < chains.size(); ++i) out << chains[i].text(static_cast<int>(i));
    out.flush();
    if (!out) throw std::runtime_error(std::string(argv[1]) + ": cannot be written");
} catch (const std::exception& error) {
    std::cerr << "blocks_to_cpp: " << error.what() << '\n';
    return 1;
}
