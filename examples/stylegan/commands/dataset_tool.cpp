// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "commands/make_dataset.hpp"
#include "options/options.hpp"
#include "printing/progress.hpp"

#include <stylegan/io/pictures/foreign_picture.hpp>

#include <cstdio>
#include <memory>
#include <sstream>

namespace stylegan::examples {
namespace {

void run(const DatasetToolOptions& o) {
    std::ostringstream report;  // printed after the progress bar is cleared
    const auto print = [&] { std::fputs(report.str().c_str(), stdout); };
    try {
        CountedProgress progress("files");
        make_dataset(
            o, [&](std::size_t done, std::size_t total) { progress.show(done, total); }, report);
    } catch (...) {
        print();
        throw;
    }
    print();
}

}  // namespace

void add_dataset_tool(CLI::App& app) {
    const auto o = std::make_shared<DatasetToolOptions>();
    CLI::App& c = add_command(app, "dataset-tool", "Make a training data set from a folder or zip archive of pictures",
                              [o] { run(*o); });
    require(add_path(
        c, "--source", o->source, "DIR|ZIP",
        text("folder or zip archive of ", picture_formats, " pictures; a dataset.json in it holds the labels")));
    require(add_path(c, "--dest", o->dest, "ZIP|DIR",
                     "data set to write: a zip archive if the name ends in .zip, otherwise a folder"));
    add_choice<PictureTransform>(c, "--transform", o->transform,
                                 {{"center-crop", PictureTransform::center_crop},
                                  {"center-crop-wide", PictureTransform::center_crop_wide},
                                  {"pad", PictureTransform::pad}},
                                 "center-crop: cut out the middle; center-crop-wide: the same, with black bars above "
                                 "and below; pad: add black borders (default: no change)");
    const auto parse = [](const std::string& s) -> std::optional<Resolution> {
        const auto r = parse_width_by_height(s);
        if (!r) return std::nullopt;
        return Resolution{(*r)[0], (*r)[1]};
    };
    add_parsed(c, "--resolution", o->resolution, "WxH", parse, "width x height, such as 64x96",
               "resize the pictures to this width and height");
    add_choice<std::optional<int>>(
        c, "--channels", o->channels, {{"grey", 1}, {"rgb", 3}, {"rgba", 4}},
        "give all pictures these channels; transparent pixels of a picture that loses its alpha channel turn white "
        "(default: the channels of most; others are skipped)");
    add_max_pixels(c, o->max_pixels);
    add_whole(c, "--max-images", o->max_images, {1, std::numeric_limits<int>::max()}, "stop after N good pictures");
    add_flag(c, "--strict", o->strict, "fail if any file is bad, and write nothing");
}

}  // namespace stylegan::examples
