// SPDX-License-Identifier: Apache-2.0
// check_links DOCUMENT...: each link of a Markdown document to a file leads to one, and each #part to a heading.
#include "markdown.hpp"

#include <cctype>
#include <filesystem>
#include <iostream>
#include <set>

namespace {

namespace fs = std::filesystem;

/// A document without its code and comments, which are no Markdown.
std::string prose_of(const fs::path& path) {
    std::ifstream in(path);
    std::string all;
    bool code = false;
    for (std::string line; std::getline(in, line);) {
        if (readme::starts_with(readme::trimmed(line), "```")) code = !code;
        if (!code) all += line + "\n";
    }
    for (auto at = all.find("<!--"); at != std::string::npos; at = all.find("<!--")) {
        const auto end = all.find("-->", at);
        all.erase(at, end == std::string::npos ? end : end + 3 - at);
    }
    return all;
}

/// "What Eigen carries, and what it does not" -> "what-eigen-carries-and-what-it-does-not", as GitHub does it.
std::string anchor_of(const std::string& heading) {
    std::string anchor;
    for (const char c : heading)
        if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_')
            anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        else if (c == ' ')
            anchor += '-';
    return anchor;
}

std::set<std::string> anchors_of(const fs::path& path) {
    std::istringstream in(prose_of(path));
    std::set<std::string> all;
    for (std::string line; std::getline(in, line);)
        if (readme::starts_with(line, "#"))
            all.insert(anchor_of(readme::trimmed(line.substr(line.find_first_not_of('#')))));
    return all;
}

/// @return what is wrong with a link, or nothing
std::string flaw(const fs::path& document, const std::string& link) {
    if (readme::starts_with(link, "http://") || readme::starts_with(link, "https://")) return "";
    const auto hash = link.find('#');
    const std::string file = link.substr(0, hash);
    const fs::path target = file.empty() ? document : document.parent_path() / file;
    if (!fs::exists(target)) return "there is no such file";
    if (hash != std::string::npos && anchors_of(target).count(link.substr(hash + 1)) == 0)
        return "there is no such heading";
    return "";
}

}  // namespace

int main(int argc, char** argv) {
    int links = 0, wrong = 0;
    for (int i = 1; i < argc; ++i) {
        const std::string prose = prose_of(argv[i]);
        for (auto at = prose.find("]("); at != std::string::npos; at = prose.find("](", at + 1)) {
            const std::string link = prose.substr(at + 2, prose.find(')', at) - at - 2);
            ++links;
            if (const std::string what = flaw(argv[i], link); !what.empty()) {
                std::cout << argv[i] << ": " << link << ": " << what << '\n';
                ++wrong;
            }
        }
    }
    std::cout << links << " links, " << wrong << " wrong\n";
    return links > 0 && wrong == 0 ? 0 : 1;
}
