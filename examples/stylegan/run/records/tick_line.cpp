// SPDX-License-Identifier: Apache-2.0
#include "run/records/tick_line.hpp"

#include "printing/progress.hpp"

#include <algorithm>
#include <cstdio>

namespace stylegan::examples {

std::string warning_of(Collapse collapse) {
    switch (collapse) {
        case Collapse::scores_separate:
            return "the discriminator tells all real from all generated pictures; augmentation (--aug ada), a larger "
                   "--gamma or more pictures may help";
        case Collapse::fakes_alike:
            return "generated pictures hardly differ from each other; an earlier snapshot with a larger --gamma or a "
                   "smaller --lr may help";
        case Collapse::none: break;
    }
    return {};
}

std::string text_of(const std::vector<RankTime>& ranks, double tick_seconds) {
    constexpr std::size_t most_named = 8;
    constexpr double worth_naming = 0.1;
    if (ranks.empty()) return {};
    const auto seconds = [](double s) {
        char t[32];
        std::snprintf(t, sizeof t, " %.1fs", s);
        return std::string(t);
    };
    const auto [least, most] = std::minmax_element(
        ranks.begin(), ranks.end(), [](const RankTime& a, const RankTime& b) { return a.waited < b.waited; });
    std::string s = "waited";
    if (ranks.size() <= most_named)
        for (const RankTime& r : ranks) s += seconds(r.waited);
    else
        s += seconds(least->waited) + " to" + seconds(most->waited);
    if (most->waited - least->waited >= worth_naming * tick_seconds) s += text(", for ", least->name);
    return s;
}

std::string text_of(const TickLine& l) {
    char line[256];
    std::snprintf(line, sizeof line,
                  "tick %-5llu kimg %-8.1f lod %-5.2f minibatch %-4d time %-12s sec/tick %-7.1f sec/kimg %-7.2f "
                  "maintenance %-6.1f cpumem %-6.2f",
                  static_cast<unsigned long long>(l.tick), l.kimg, l.lod, l.minibatch,
                  text_of_seconds(l.seconds).c_str(), l.tick_seconds, l.seconds_per_kimg(), l.maintenance, l.memory_gb);
    std::string s = line;
    if (l.augment) {
        std::snprintf(line, sizeof line, " augment %-6.3f", *l.augment);
        s += line;
    }
    if (!l.ranks.empty()) s += ' ' + text_of(l.ranks, l.tick_seconds);
    if (l.skipped > 0) s += " skipped " + std::to_string(l.skipped) + " steps: gradient not finite";
    if (!l.warning.empty()) s += " WARNING: " + l.warning;
    while (!s.empty() && s.back() == ' ') s.pop_back();
    return s;
}

}  // namespace stylegan::examples
