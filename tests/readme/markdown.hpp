// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

/// Fenced blocks of Markdown documents, with the comments that stand before them.
namespace readme {

/// ```language ... ``` and the HTML comments directly above it, by their first word or words:
///
///     <!-- not run: takes an hour -->      notes["not run"] = "takes an hour"
///     <!-- continues -->                   notes["continues"] = ""
struct Block {
    std::string document;
    int line = 0;  ///< of the first line of its text, from 1
    std::string language;
    std::vector<std::string> lines;
    std::map<std::string, std::string> notes;
};

inline std::string trimmed(const std::string& s) {
    const auto first = s.find_first_not_of(" \t\n"), last = s.find_last_not_of(" \t\n");
    return first == std::string::npos ? std::string() : s.substr(first, last - first + 1);
}

inline bool starts_with(const std::string& s, const std::string& with) { return s.rfind(with, 0) == 0; }

/// The comments and fences of a document, line by line.
class Parser {
public:
    Parser(std::string name, std::istream& in) : name_(std::move(name)) {
        for (std::string line; std::getline(in, line);) read(line);
        if (in_block_) throw std::runtime_error(name_ + ": a code block has no end");
    }

    [[nodiscard]] const std::vector<Block>& blocks() const { return blocks_; }

private:
    void read(const std::string& line) {
        ++number_;
        const std::string text = trimmed(line);
        if (in_block_) {
            if (text == "```") {
                in_block_ = false;
                notes_.clear();
            } else {
                blocks_.back().lines.push_back(line.substr(std::min(indent_, line.size())));
            }
        } else if (in_comment_ || starts_with(text, "<!--")) {
            in_comment_ = text.find("-->") == std::string::npos;
            comment_ += line + "\n";
            if (!in_comment_) end_comment();
        } else if (starts_with(text, "```")) {
            in_block_ = true;
            indent_ = line.find('`');
            blocks_.push_back({name_, number_ + 1, text.substr(3), {}, notes_});
        } else if (!text.empty()) {
            notes_.clear();
        }
    }

    void end_comment() {
        const std::string text = trimmed(comment_);
        const std::string inside = trimmed(text.substr(4, text.size() - 7));
        const auto colon = inside.find(':');
        const std::string key = trimmed(inside.substr(0, colon));
        notes_[key] = colon == std::string::npos ? "" : trimmed(inside.substr(colon + 1));
        comment_.clear();
    }

    std::string name_, comment_;
    int number_ = 0;
    std::size_t indent_ = 0;
    bool in_block_ = false, in_comment_ = false;
    std::map<std::string, std::string> notes_;
    std::vector<Block> blocks_;
};

inline std::vector<Block> blocks_of(const std::string& path) {
    std::ifstream in(path);
    if (!in) throw std::runtime_error(path + ": cannot be read");
    return Parser(path, in).blocks();
}

}  // namespace readme
