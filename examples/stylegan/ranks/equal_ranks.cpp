// SPDX-License-Identifier: Apache-2.0
#include "ranks/equal_ranks.hpp"

#include <stylegan/io/files/digest.hpp>
#include <stylegan/training/parallel/require_equal_ranks.hpp>

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

namespace stylegan::examples {
namespace {

/// Flags with their values, "" for those without one, such as --growing.
std::map<std::string, std::string> flags_of(const std::string& command) {
    std::map<std::string, std::string> flags;
    std::istringstream words(command);
    std::string flag;
    for (std::string word; words >> word;) {
        if (word.starts_with("--")) flags[flag = word];
        if (!word.starts_with("--") && !flag.empty()) flags[flag] += (flags[flag].empty() ? "" : " ") + word;
    }
    return flags;
}

/// The XXH3 of some pictures, from the first to the last, with their labels.
std::string digest_of_sample(const Dataset& data) {
    constexpr std::size_t most = 16;
    const std::size_t count = std::min(most, data.size());
    Digest digest(DigestKind::xxh3);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = count > 1 ? i * (data.size() - 1) / (count - 1) : 0;
        const std::vector<std::uint8_t> picture = data.picture(at);
        const std::vector<float> label = data.label(at);
        digest.add(picture.data(), picture.size());
        digest.add(label.data(), label.size() * sizeof(float));
    }
    return text(digest.value());
}

}  // namespace

void require_equal_commands(Communicator& ranks, const std::string& command) {
    if (ranks.size() == 1) return;
    std::map<std::string, std::string> names;  // the flags of any rank
    for (const std::string& one : all_gather_text(ranks, command)) names.merge(flags_of(one));
    const std::map<std::string, std::string> mine = flags_of(command);
    std::vector<std::pair<std::string, std::string>> fields;
    for (const auto& [name, _] : names) {
        const auto found = mine.find(name);
        fields.emplace_back(name, found == mine.end() ? "not given" : found->second.empty() ? "given" : found->second);
    }
    together(ranks, [&] { require_equal_ranks(ranks, fields); });
}

void require_equal_data(Communicator& ranks, const Dataset& data) {
    if (ranks.size() == 1) return;
    const std::string of = "--data " + data.path().string() + ": ";
    const std::vector<std::pair<std::string, std::string>> fields{
        {of + "number of pictures", text(data.size())},
        {of + "size", text(data.width(), 'x', data.height())},
        {of + "channels", text(data.channels())},
        {of + "length of labels", text(data.label_size())},
        {of + "digest of some pictures and labels", digest_of_sample(data)}};
    together(ranks, [&] { require_equal_ranks(ranks, fields); });
}

}  // namespace stylegan::examples
