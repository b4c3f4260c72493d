// SPDX-License-Identifier: Apache-2.0
#include "run/transfer_text.hpp"

#include <stylegan/core/shortened.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>

namespace stylegan::examples {
namespace {

/// "G/G_synthesis/64x64/Conv0_up/weight" -> "G/G_synthesis/64x64", or with its layer if other parameters of that stage
/// were taken.
std::string part_of(const std::string& name, const std::vector<std::string>& taken) {
    const auto next = [&](std::size_t at) { return std::min(name.find('/', at + 1), name.size()); };
    std::size_t end = next(next(0));
    if (name.compare(next(0), 3, "/G_") == 0) end = next(end);
    const auto of_same_part = [&](const std::string& t) { return t.starts_with(name.substr(0, end) + "/"); };
    return name.substr(0, std::any_of(taken.begin(), taken.end(), of_same_part) ? next(end) : end);
}

/// "a, b, c and 4 more": each part once, in the order of the list.
std::string list_of(const std::vector<std::string>& names, const std::vector<std::string>& taken) {
    constexpr std::size_t most = 12;
    std::vector<std::string> parts;
    for (const std::string& name : names)
        if (const std::string part = shortened(part_of(name, taken));
            std::find(parts.begin(), parts.end(), part) == parts.end())
            parts.push_back(part);
    std::string list;
    for (std::size_t i = 0; i < std::min(parts.size(), most); ++i) list += (i > 0 ? ", " : "") + parts[i];
    if (parts.size() > most) list += text(" and ", parts.size() - most, " more");
    return list;
}

/// The same with the shapes of one that the file has in another shape. Noise maps are not mentioned, and a network of
/// which nothing was taken is one word.
std::string list_of(const std::vector<UnlikeParameter>& parameters, const std::vector<std::string>& taken) {
    const bool judge_is_new =
        std::none_of(taken.begin(), taken.end(), [](const std::string& name) { return name.starts_with("D/"); });
    std::vector<std::string> names;
    for (const UnlikeParameter& p : parameters)
        if (p.name.find("/noise") == std::string::npos && !(judge_is_new && p.name.starts_with("D/")))
            names.push_back(p.name);
    std::string list = list_of(names, taken);
    if (judge_is_new) list += text(list.empty() ? "" : ", ", "the discriminator, with random weights");
    for (const UnlikeParameter& p : parameters)
        if (p.found.size() > 1 && p.found != p.expected)
            return list + text(" (\"", p.name, "\" has shape ", shape_text(p.found), " there, ", shape_text(p.expected),
                               " here)");
    return list;
}

}  // namespace

Transfer planned_transfer(const Checkpoint& checkpoint, const Architecture& a) {
    const auto context = std::make_shared<Context<Cpu>>(Cpu{.threads = 1});
    const AnyGenerator<Cpu> generator(a, context, uninitialized);
    const AnyDiscriminator<Cpu> discriminator(a, context, uninitialized);
    return plan_transfer(checkpoint, generator, discriminator);
}

std::vector<std::string> text_of(const Transfer& t, const TrainStart& start, const TrainSettings& settings) {
    std::vector<std::string> lines{
        text("Taken from ", start.snapshot.string(), ": ", t.values_taken, " of ", t.values,
             " parameters; new: ", t.fresh.empty() ? std::string() : list_of(t.fresh, t.taken) + ", ",
             "the moments of both optimizers, the counters. Options are those of the flags, and the defaults")};
    if (!t.adapted.empty())
        lines.push_back(text("Adapted to other labels: ", list_of(t.adapted, t.taken),
                             ": what concerns z is kept, all classes begin with the same score"));
    if (!t.left.empty()) lines.push_back(text("Left in the file: ", list_of(t.left, t.taken)));
    const Architecture& a = settings.architecture;
    const double lod = scheduled(a, settings.options.schedule, 0).lod;
    const Size size = a.size(a.stages() - 1 - static_cast<int>(lod));
    lines.push_back(text("Training begins with pictures of ", width_by_height(size.width, size.height),
                         ", level of detail ", lod,
                         settings.options.schedule.growing ? "" : ", since --no-growing is set"));
    return lines;
}

}  // namespace stylegan::examples
